// The comparison with peers: all experiments that were chosen, their table, and where it is written.
import { binary, PeerPool } from './processes/pool.mjs'
import { startServer } from './processes/server.mjs'
import { writeResults } from './reports/results.mjs'
import { formatTables } from './reports/tables.mjs'
import { Runner } from './runner.mjs'

const PARTITIONS = 8
/** The share of the machine that other programs may use in the median round; more is not noise. */
const MOST_FOR_OTHERS = 0.15
/** A hundred rows for each hash key: 100,000 rows for single operations, a million for scans. */
const POINTS = { hashKeys: 1000, sortKeys: 100 }
const SCAN = { hashKeys: 10_000, sortKeys: 100 }

/** Returns whether the results were written. */
export async function compareWithPeers(options, experiments, leftOut) {
  const runner = await measure(options, experiments)
  process.stdout.write(`\n${formatTables(runner.results)}`)
  if (leftOut.length > 0) {
    process.stdout.write(`\n${leftOut.length} rows are left out: they need a server of their own.\n`)
  }
  return publish(runner, options)
}

async function measure(options, experiments) {
  const server = options.cluster ?? (await startLocal())
  const tables = { points: { table: server.table, ...POINTS }, scan: { table: 'scan', ...SCAN } }
  const peers = new PeerPool(server.metaServers, tables)
  const runner = new Runner(peers, options, server.pid === undefined ? [] : [server.pid])
  try {
    for (const experiment of experiments) await runner.run(experiment)
  } finally {
    await peers.end()
    await server.stop?.()
  }
  return runner
}

async function startLocal() {
  const wanted = ['bench', 'scan'].flatMap((table) => ['--table', `${table}:${PARTITIONS}`])
  const { line, pid, stop } = await startServer(binary('pegasus-local'), wanted)
  return { metaServers: line.split(': ')[1], table: 'bench', pid, stop }
}

/** Writes the results of a whole run, unless other programs kept the machine busy. */
function publish(runner, options) {
  const most = Math.max(...runner.summaries.map(({ others = 0 }) => others))
  const isBusy = most > MOST_FOR_OTHERS
  if (isBusy) {
    const share = `up to ${Math.round(most * 100)} % of the machine`
    process.stdout.write(`\nOther programs used ${share} meanwhile: these figures are worth little.\n`)
  }
  if (!options.isWhole) return false
  const isWritten = !isBusy || options.isForced
  if (isWritten) writeResults(runner, options)
  else process.stdout.write('So they are not written; --write does it all the same.\n')
  return isWritten
}
