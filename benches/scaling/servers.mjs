// What servers cost by their number: a table with a partition on each of them, all of them in use.
import { until } from '../outage/bench.mjs'
import { metaAnswers, replicaAnswers } from '../scripted/roles.mjs'
import { now, ScriptedServer } from '../scripted/server.mjs'
import { partitionsOn } from '../scripted/tables.mjs'
import { withMeasured } from './clients.mjs'
import { curve, pointOf } from './curve.mjs'

const SIZES = [3, 10, 30, 100, 300, 1000]

export async function servers(bench) {
  const points = []
  for (const size of bench.size(SIZES, [3, 10])) {
    points.push(pointOf(await bench.repeat(3, () => measure(bench, size))))
  }
  return curve({
    name: 'servers',
    title: 'Replica servers of a table',
    size: 'servers',
    columns: {
      servers: 'servers',
      openMs: 'open, ms',
      allMs: 'until every server has answered, ms',
      connections: 'connections',
      megabytes: 'memory, MB',
      kilobytesEach: 'KB a server',
      queries: 'meta queries',
    },
    growing: ['allMs', 'connections', 'megabytes'],
    points,
  })
}

/** All servers are sockets of this process, on addresses of their own. */
async function measure(bench, size) {
  const replicas = await Promise.all(
    Array.from({ length: size }, (_, index) =>
      new ScriptedServer(replicaAnswers()).listen(`127.1.${index >> 8}.${index & 255}`),
    ),
  )
  const table = { appId: 1, partitions: partitionsOn(replicas, size) }
  const meta = await new ScriptedServer(metaAnswers({ table })).listen()
  try {
    return await withMeasured(bench, { options: { metaServers: meta.address } }, (client, megabytesSince) =>
      useAll({ client, megabytesSince, meta, replicas }),
    )
  } finally {
    for (const server of [meta, ...replicas]) await server.close()
  }
}

async function useAll({ client, megabytesSince, meta, replicas }) {
  const { ms: openMs } = await client.ask('openTable', { table: 'table' })
  const startedAt = now()
  await client.ask('start', { works: ['get'], callers: 64, keys: 1e6 })
  await until(() => replicas.every(({ requests }) => requests.length > 0))
  const allMs = now() - startedAt
  const outcomes = await client.ask('stop')
  const failed = outcomes.filter(({ code }) => code !== undefined)
  if (failed.length > 0) throw new Error(`${failed.length} calls failed, the first with ${failed[0].code}`)
  const megabytes = await megabytesSince()
  return {
    servers: replicas.length,
    openMs,
    allMs,
    connections: replicas.reduce((sum, { connections }) => sum + connections.length, 0),
    megabytes,
    kilobytesEach: (megabytes * 1024) / replicas.length,
    queries: meta.requests.length,
  }
}
