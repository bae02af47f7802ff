// A replica server dies, and after a time the cluster gives its partitions other primaries.
import { setTimeout as sleep } from 'node:timers/promises'
import { now } from '../scripted/server.mjs'
import { TABLE, until, warm } from './bench.mjs'
import { atMost, row } from './rows.mjs'

/** Long enough for pauses and gaps to have grown to their limits. */
const FAILOVER_MS = 3000
/** A call that takes longer still feels the outage. */
const SLOW_MS = 100

export async function killed(bench) {
  const runs = await bench.repeat(3, (round) => killOnce(bench, round))
  return [
    row({
      what: 'a replica server dies: from the new configuration until no call is slow or fails',
      unit: 'ms',
      runs,
      goal: atMost(1000, 'ms'),
      note: `the configuration changes ${FAILOVER_MS / 1000} s after the death; slow: over ${SLOW_MS} ms`,
    }),
  ]
}

function killOnce(bench, round) {
  return bench.withBoth({}, async (cluster, client) => {
    await warm(client)
    await client.ask('start', { works: ['get', 'set'], callers: 48, options: { timeoutMs: 2000 } })
    await sleep(200)
    const server = cluster.replicaServers[round]
    const partitions = await partitionsOf(cluster, server)
    await cluster.stopServer(server, { failoverAfterMs: bench.size(FAILOVER_MS, 300) })
    await until(async () => (await cluster.primary(TABLE, partitions.at(-1))) !== server)
    const changedAt = now()
    await sleep(bench.size(2000, 300))
    const outcomes = await client.ask('stop')
    const felt = outcomes.filter(({ code, ms }) => code !== undefined || ms > SLOW_MS)
    return Math.max(0, ...felt.map(({ startedAt, ms }) => startedAt + ms - changedAt))
  })
}

async function partitionsOf(cluster, server) {
  const partitions = []
  for (let index = 0; index < 8; index++) {
    if ((await cluster.primary(TABLE, index)) === server) partitions.push(index)
  }
  return partitions
}
