// What a table costs by the number of its partitions: opening it, and keeping it.
import { setTimeout as sleep } from 'node:timers/promises'
import { median } from '../compare.mjs'
import { metaAnswers, replicaAnswers } from '../scripted/roles.mjs'
import { ScriptedServer } from '../scripted/server.mjs'
import { addresses, partitionsOn } from '../scripted/tables.mjs'
import { withMeasured } from './clients.mjs'
import { curve } from './curve.mjs'

const SIZES = [8, 64, 512, 4096, 16_384, 65_536]
const PATIENCE_MS = 20_000
const SERVERS = 5

export async function partitions(bench) {
  const sizes = bench.size(SIZES, [8, 64, 512])
  const points = []
  const replicas = await Promise.all(
    Array.from({ length: SERVERS }, () => new ScriptedServer(replicaAnswers()).listen()),
  )
  for (const size of sizes) points.push(await measure(bench, size, replicas))
  for (const server of replicas) await server.close()
  return curve({
    name: 'partitions',
    title: 'Partitions of a table',
    size: 'partitions',
    columns: {
      partitions: 'partitions',
      fewMs: 'open, 5 servers, ms',
      openMs: 'open, a server each, ms',
      megabytes: 'memory, a server each, MB',
      bytesEach: 'bytes a partition',
      queries: 'meta queries to open',
      connections: 'connections to the 5 servers',
    },
    growing: ['fewMs', 'openMs', 'megabytes'],
    points,
  })
}

async function measure(bench, size, replicas) {
  const few = await openings(bench, partitionsOn(replicas, size))
  const wide = await openings(bench, addresses(size))
  const megabytes = median(wide.map((one) => one.megabytes))
  return {
    partitions: size,
    fewMs: Math.min(...few.map(({ ms }) => ms)),
    openMs: Math.min(...wide.map(({ ms }) => ms)),
    isLate: wide.some(({ isLate }) => isLate),
    megabytes,
    bytesEach: (megabytes * 2 ** 20) / size,
    queries: wide[0].queries,
    connections: replicas.reduce((sum, { connections }) => sum + connections.length, 0),
  }
}

async function openings(bench, partitions) {
  const tables = { wide: { appId: 2, partitions }, small: { appId: 1, partitions: addresses(8) } }
  const meta = await new ScriptedServer(metaAnswers(tables)).listen()
  try {
    return await bench.repeat(3, () => open(bench, meta))
  } finally {
    await meta.close()
  }
}

/** Opens the table in a fresh process that has opened a small one before. */
function open(bench, meta) {
  const options = { metaServers: meta.address, timeoutMs: 60_000, metaTimeoutMs: 60_000 }
  return withMeasured(bench, { options, tables: ['small'] }, async (client, megabytesSince) => {
    const before = meta.requests.length
    const opened = client.ask('openTable', { table: 'wide' })
    const first = await Promise.race([opened, sleep(PATIENCE_MS, undefined, { ref: false })])
    const queries = meta.requests.length - before
    if (first === undefined) {
      // Its end, in the middle of the answer, is no news.
      opened.catch(() => {})
      return { ms: PATIENCE_MS, isLate: true, megabytes: Number.NaN, queries }
    }
    return { ms: first.ms, isLate: false, megabytes: await megabytesSince(), queries }
  })
}
