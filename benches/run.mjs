// Measures this client against its peers and prints the table: `npm run bench -- --help`.
import { chooseExperiments } from './experiments/index.mjs'
import { BadOptions, readOptions, usage } from './options.mjs'
import { prepareBenches } from './prepare.mjs'
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

async function startLocal() {
  const wanted = ['bench', 'scan'].flatMap((table) => ['--table', `${table}:${PARTITIONS}`])
  const { line, pid, stop } = await startServer(binary('pegasus-local'), wanted)
  return { metaServers: line.split(': ')[1], table: 'bench', pid, stop }
}

function chosen() {
  try {
    const options = readOptions(process.argv.slice(2))
    if (options === undefined) {
      process.stdout.write(usage())
      process.exit(0)
    }
    const choice = chooseExperiments(options)
    if (choice.experiments.length === 0) throw new BadOptions('these options leave no row')
    return { options, ...choice }
  } catch (error) {
    if (!(error instanceof BadOptions)) throw error
    process.stderr.write(`${error.message}\n\n${usage()}`)
    process.exit(2)
  }
}

const { options, experiments, leftOut } = chosen()
prepareBenches()
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
process.stdout.write(`\n${formatTables(runner.results)}`)
if (leftOut.length > 0) {
  process.stdout.write(`\n${leftOut.length} rows are left out: they need a server of their own.\n`)
}
publish()

/** Writes the results of a whole run, unless other programs kept the machine busy. */
function publish() {
  const most = Math.max(...runner.summaries.map(({ others = 0 }) => others))
  const isBusy = most > MOST_FOR_OTHERS
  if (isBusy) {
    const share = `up to ${Math.round(most * 100)} % of the machine`
    process.stdout.write(`\nOther programs used ${share} meanwhile: these figures are worth little.\n`)
  }
  if (!options.isWhole) return
  if (!isBusy || options.isForced) writeResults(runner, options)
  else process.stdout.write('So they are not written; --write does it all the same.\n')
}
