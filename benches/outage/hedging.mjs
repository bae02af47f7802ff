// Hedged reads with `delayMs: 'auto'`, while servers are slow.
import { setTimeout as sleep } from 'node:timers/promises'
import { now } from '../scripted/server.mjs'
import { countRequests, TABLE, warm } from './bench.mjs'
import { atLeast, atMost, row } from './rows.mjs'

const RPC = { rpc: 'get', table: TABLE }
/** A read each 2 ms, whatever became of the earlier ones. */
const EVERY_MS = 2
const FAST_MS = 100
const MAX_SHARE = 0.1

const SLOW = [
  {
    what: 'one of three servers 300 ms slow',
    fault: (cluster, server) => [cluster.addFault({ ...RPC, server, reaction: { delayMs: 300 } })],
  },
  {
    what: 'one of three servers paused',
    fault: async (cluster, server) => {
      await cluster.freezeServer(server, { failoverAfterMs: null })
      return []
    },
  },
  {
    what: '5 % of the answers of one server 300 ms slow',
    fault: (cluster, server) => [
      cluster.addFault({ ...RPC, server, share: 0.05, reaction: { delayMs: 300 } }),
    ],
  },
]

/** Not a case for hedging: a second request would only add to the load. */
const ALIKE = {
  what: 'all servers 50 ms slow alike',
  fault: (cluster) => [cluster.addFault({ ...RPC, reaction: { delayMs: 50 } })],
}

export async function hedging(bench) {
  const rows = []
  for (const { what, fault } of SLOW) {
    const { fastShare, failed, reads, requestsPerRead } = await hedge(bench, fault)
    rows.push(
      row({
        what: `hedging, ${what}: reads within ${FAST_MS} ms after the first 2 s`,
        unit: '%',
        runs: [fastShare * 100],
        goal: atLeast(95, '%'),
        failures: failed,
        note: `${failed} of ${reads} reads failed, the first 2 s included`,
      }),
      row({
        what: `hedging, ${what}: requests a read`,
        unit: '',
        runs: [requestsPerRead],
        goal: atMost(1 + MAX_SHARE, ''),
      }),
    )
  }
  const { lateRequestsPerRead } = await hedge(bench, ALIKE.fault)
  rows.push(
    row({
      what: `hedging, ${ALIKE.what}: requests a read after the first 2 s`,
      unit: '',
      runs: [lateRequestsPerRead],
      goal: atMost(1.02, ''),
    }),
  )
  return rows
}

function hedge(bench, fault) {
  const tableOptions = { backupRequest: { delayMs: 'auto', maxShare: MAX_SHARE } }
  return bench.withBoth({ tableOptions }, async (cluster, client) => {
    await warm(client)
    await client.ask('start', { works: ['get'], everyMs: EVERY_MS })
    await sleep(bench.size(1500, 300))
    const rules = await fault(cluster, cluster.replicaServers[0])
    rules.push(countRequests(cluster, RPC))
    const requests = () => rules.reduce((sum, { hits }) => sum + hits, 0)
    const slowAt = now()
    await sleep(bench.size(2000, 300))
    const [early, lateAt] = [requests(), now()]
    await sleep(bench.size(4000, 300))
    const [all, endAt] = [requests(), now()]
    // What waits at a paused server is counted when it goes on.
    await cluster.healServer(cluster.replicaServers[0]).catch(ignoreHealthy)
    const outcomes = await client.ask('stop')
    return judge(outcomes, { slowAt, lateAt, endAt, early, all: Math.max(all, requests()) })
  })
}

/** Only a paused server can be healed. */
function ignoreHealthy(error) {
  if (error.code !== 'ERR_INVALID_STATE') throw error
}

function judge(outcomes, { slowAt, lateAt, endAt, early, all }) {
  const startedIn = (from, to) => outcomes.filter(({ startedAt }) => startedAt >= from && startedAt < to)
  const late = startedIn(lateAt, endAt)
  const isFast = ({ code, ms }) => code === undefined && ms <= FAST_MS
  const slow = startedIn(slowAt, endAt)
  return {
    fastShare: late.filter(isFast).length / late.length,
    failed: slow.filter(({ code }) => code !== undefined).length,
    reads: slow.length,
    requestsPerRead: all / slow.length,
    lateRequestsPerRead: (all - early) / late.length,
  }
}
