// Writes the tables in the documentation, between comments that mark their places.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../scripts/run.mjs'
import { PEERS } from '../processes/pool.mjs'
import { placeAndDate } from './machine.mjs'
import { formatNumber, formatTables } from './tables.mjs'

/** Puts `content` between `<!-- name -->` and `<!-- /name -->`. */
export function fillIn(page, name, content) {
  const [opening, closing] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const [start, end] = [page.indexOf(opening), page.indexOf(closing)]
  if (start < 0 || end < start) throw new Error(`there is no ${opening} with a ${closing} after it`)
  return `${page.slice(0, start + opening.length)}\n${content}\n${page.slice(end)}`
}

export function writePages({ results, summaries }, place, date) {
  const where = placeAndDate(place, date)
  writePage('README.md', 'speed', `${speedTable(summaries)}\n\n${where}`)
  writePage('docs/performance.md', 'results', `${where}\n\n${formatTables(results).trim()}`)
}

/** Writes `content` between the comments called `name` in a page of this repository. */
export function writePage(path, name, content) {
  const file = join(root, path)
  writeFileSync(file, fillIn(readFileSync(file, 'utf8'), name, content))
}

/** The table of gets with 128 in flight, the fastest client first. */
export function speedTable(summaries) {
  const clients = summaries
    .filter(({ peer, work, inFlight }) => work === 'get' && inFlight === 128 && peer !== 'echo')
    .sort((a, b) => b.throughput - a.throughput)
    .map(({ peer, throughput, cpu, p99 }) => [PEERS[peer].title, ...[throughput, cpu, p99].map(formatNumber)])
  const lines = [
    ['`get`, 128 in flight', 'operations a second', 'CPU µs an operation', 'p99 ms'],
    ['---', '--:', '--:', '--:'],
    ...clients,
  ]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
