// Measures this client against its peers and prints the table: `npm run bench -- --help`.
import { chooseExperiments } from './experiments/index.mjs'
import { readOptions } from './options.mjs'
import { binary, PeerPool } from './peers.mjs'
import { prepareBenches } from './prepare.mjs'
import { formatTable } from './report.mjs'
import { Runner } from './runner.mjs'
import { startServer } from './server.mjs'

const PARTITIONS = 8
/** A hundred rows each hash key: 100,000 for single rows, a million to scan. */
const POINTS = { hashKeys: 1000, sortKeys: 100 }
const SCAN = { hashKeys: 10_000, sortKeys: 100 }

async function startLocal() {
  const wanted = ['bench', 'scan'].flatMap((table) => ['--table', `${table}:${PARTITIONS}`])
  const { line, stop } = await startServer(binary('pegasus-local'), wanted)
  return { metaServers: line.split(': ')[1], table: 'bench', stop }
}

const options = readOptions(process.argv.slice(2))
const { experiments, leftOut } = chooseExperiments(options)
if (experiments.length === 0) {
  process.stderr.write('no row is left by these options\n')
  process.exit(2)
}

prepareBenches()
const server = options.cluster ?? (await startLocal())
const tables = { points: { table: server.table, ...POINTS }, scan: { table: 'scan', ...SCAN } }
const peers = new PeerPool(server.metaServers, tables)
const runner = new Runner(peers, options)
try {
  for (const experiment of experiments) await runner.run(experiment)
} finally {
  await peers.end()
  await server.stop?.()
}
process.stdout.write(`\n${formatTable(runner.results)}\n`)
if (leftOut.length > 0) {
  process.stdout.write(`\n${leftOut.length} rows are left out: they need a server of their own.\n`)
}
