// What tables cost by their number: many tables, and many Table objects of one.
import { metaAnswers, replicaAnswers } from '../scripted/roles.mjs'
import { ScriptedServer } from '../scripted/server.mjs'
import { partitionsOn } from '../scripted/tables.mjs'
import { withMeasured } from './clients.mjs'
import { curve, pointOf } from './curve.mjs'

const SIZES = [1, 10, 100, 1000]
const PARTITIONS = 8
const SERVERS = 3

export const tables = (bench) =>
  measureAll(bench, {
    name: 'tables',
    title: 'Tables of one client',
    nameOf: (index) => `table-${index}`,
  })

export const tableObjects = (bench) =>
  measureAll(bench, {
    name: 'table-objects',
    title: 'Table objects of one table',
    nameOf: () => 'table-0',
  })

async function measureAll(bench, { name, title, nameOf }) {
  const points = []
  for (const size of bench.size(SIZES, [1, 10])) {
    points.push(pointOf(await bench.repeat(3, () => measure(bench, size, nameOf))))
  }
  return curve({
    name,
    title,
    size: 'tables',
    columns: {
      tables: 'tables',
      openMs: 'open all, ms',
      eachMs: 'ms a table',
      megabytes: 'memory, MB',
      kilobytesEach: 'KB a table',
      queries: 'meta queries to open',
      connections: 'connections to replica servers',
    },
    growing: ['openMs', 'megabytes', 'queries', 'connections'],
    points,
  })
}

/** Opens the tables one after the other, and reads a row of each. */
async function measure(bench, size, nameOf) {
  const replicas = await Promise.all(
    Array.from({ length: SERVERS }, () => new ScriptedServer(replicaAnswers()).listen()),
  )
  const partitions = partitionsOn(replicas, PARTITIONS)
  const known = Array.from({ length: size + 1 }, (_, index) => [
    `table-${index}`,
    { appId: index + 1, partitions },
  ])
  const meta = await new ScriptedServer(metaAnswers(Object.fromEntries(known))).listen()
  const options = { metaServers: meta.address }
  try {
    return await withMeasured(
      bench,
      { options, tables: [`table-${size}`] },
      async (client, megabytesSince) => {
        const before = meta.requests.length
        const wanted = Array.from({ length: size }, (_, index) => nameOf(index))
        const { ms } = await client.ask('openTables', { tables: wanted })
        for (let table = 1; table <= size; table++)
          await client.ask('call', { work: 'get', table, key: `k-${table}` })
        const megabytes = await megabytesSince()
        return {
          tables: size,
          openMs: ms,
          eachMs: ms / size,
          megabytes,
          kilobytesEach: (megabytes * 1024) / size,
          queries: meta.requests.length - before,
          connections: replicas.reduce((sum, { openConnections }) => sum + openConnections, 0),
        }
      },
    )
  } finally {
    for (const server of [meta, ...replicas]) await server.close()
  }
}
