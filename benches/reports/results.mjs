// Writes the results of a whole run: the figures as JSON, as plots, and as tables in the documentation.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../scripts/run.mjs'
import { MEASURES } from '../compare.mjs'
import { cpuPlot, latencyPlot, throughputPlot } from '../plots/index.mjs'
import { PEERS } from '../processes/pool.mjs'
import { machine, today } from './machine.mjs'
import { writePages } from './pages.mjs'
import { againstTitle } from './tables.mjs'

const PLOTS = { throughput: throughputPlot, cpu: cpuPlot, latency: latencyPlot }

const folder = join(root, 'benches', 'results')

export function writeResults({ results, summaries }, options) {
  mkdirSync(folder, { recursive: true })
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const { rounds, seconds } = options
  const date = today()
  const measured = summaries.map(({ peer, ...summary }) => ({ peer: PEERS[peer].title, ...rounded(summary) }))
  const place = machine()
  const content = { version, date, machine: place, rounds, seconds, rows: results.map(rowOf), measured }
  writeFileSync(join(folder, 'latest.json'), `${JSON.stringify(content, null, 2)}\n`)
  for (const [name, plot] of Object.entries(PLOTS)) {
    writeFileSync(join(folder, `${name}.svg`), plot(summaries))
  }
  writePages({ results, summaries }, place, date)
}

function rowOf({ row, ours, theirs, value, verdict }) {
  return rounded({
    work: row.ours.work,
    inFlight: row.ours.inFlight,
    measure: MEASURES[row.measure].title,
    peer: PEERS[row.ours.peer].title,
    median: ours,
    against: againstTitle(row),
    againstMedian: theirs,
    result: value,
    unit: row.unit ?? '×',
    goal: row.goal || undefined,
    verdict: verdict || undefined,
  })
}

/** Such measurements are not more precise than four digits. */
function rounded(fields) {
  const round = (value) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value)
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, round(value)]))
}
