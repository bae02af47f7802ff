// Measures this client against its peers and prints the table: `npm run bench -- --help`.
import { chooseExperiments } from './cases.mjs'
import { readOptions } from './options.mjs'
import { binary, PeerPool, PEERS } from './peers.mjs'
import { prepareBenches } from './prepare.mjs'
import { formatNumber, formatTable } from './report.mjs'
import { startServer } from './server.mjs'
import { judge, summarize } from './statistics.mjs'

const TABLE = 'bench'
const PARTITIONS = 8
const SIZE = { hashKeys: 1000, sortKeys: 100 }

const options = readOptions(process.argv.slice(2))
const { experiments, leftOut } = chooseExperiments(options)
if (experiments.length === 0) {
  process.stderr.write('no row is left by these options\n')
  process.exit(2)
}

prepareBenches()
const server = options.cluster ?? (await startLocal())
const peers = new PeerPool({ metaServers: server.metaServers, table: server.table, ...SIZE })
try {
  await (await peers.get('ours')).ask('load')
  const results = []
  for (const experiment of experiments) results.push(...(await runExperiment(experiment)))
  process.stdout.write(`\n${formatTable(results)}\n`)
  if (leftOut.length > 0) {
    process.stdout.write(`\n${leftOut.length} rows left out: they need a server of their own.\n`)
  }
} finally {
  await peers.end()
  await server.stop?.()
}

async function startLocal() {
  const { line, stop } = await startServer(binary('pegasus-local'), ['--table', `${TABLE}:${PARTITIONS}`])
  return { metaServers: line.split(': ')[1], table: TABLE, stop }
}

/** All entrants in turns, round by round. */
async function runExperiment({ work, inFlight, entrants, rows }) {
  const rounds = new Map(entrants.map((entrant) => [entrant, []]))
  for (let round = 0; round < options.rounds; round++) {
    for (const entrant of entrants) {
      const peer = await peers.get(entrant.peer)
      rounds.get(entrant).push(await peer.ask('run', measurement(entrant, round)))
    }
  }
  const summaries = new Map(entrants.map((entrant) => [entrant, summarize(rounds.get(entrant))]))
  for (const [{ peer }, { throughput, cpu, p50, p99 }] of summaries) {
    const numbers = `${formatNumber(throughput)}/s, CPU ${formatNumber(cpu)} µs, p50 ${formatNumber(p50)} ms, p99 ${formatNumber(p99)} ms`
    process.stdout.write(`${work}, ${inFlight} in flight, ${PEERS[peer].title}: ${numbers}\n`)
  }
  return rows.map((row) => ({ row, ...judge(row, (entrant) => summaries.get(entrant)) }))
}

/** The first round warms up longer: just-in-time compilers have not seen the work yet. */
function measurement({ work, inFlight }, round) {
  const warmUpSeconds = options.seconds * (round === 0 ? 0.5 : 0.2)
  return { work, inFlight, seconds: options.seconds, warmUpSeconds }
}
