// What an outage that lasts costs the others: connections to a dead server, questions to the meta server, retries
// at servers that refuse for load.
import { setTimeout as sleep } from 'node:timers/promises'
import { now, ScriptedServer } from '../scripted/server.mjs'
import { countRequests, mostInASecond, TABLE, warm } from './bench.mjs'
import { refusedDials } from './refused.mjs'
import { atMost, leftOut, row } from './rows.mjs'

const CASES = [
  { tables: 1, callers: 16 },
  { tables: 1000, callers: 1000 },
]
const SECONDS = 5

export async function counts(bench) {
  const rows = []
  for (const { tables, callers } of CASES) {
    const objects = bench.size(tables, Math.min(tables, 20))
    const outage = await lastingOutage(bench, objects, Math.min(callers, 16 * objects))
    rows.push(...outageRows(outage, objects))
  }
  rows.push(await refused(bench), await refusedForLoad(bench))
  return rows
}

function outageRows({ dials, first, later }, objects) {
  const who = `${objects.toLocaleString('en-US')} Table object${objects === 1 ? '' : 's'} of one name`
  const what = (counted) => `a dead server whose port accepts and closes, ${who}: ${counted}`
  return [
    row({
      what: what('connections in the worst second'),
      unit: '',
      runs: [mostInASecond(dials)],
      goal: atMost(10, ''),
    }),
    row({ what: what('meta queries in the first second'), unit: '', runs: [first], goal: atMost(5, '') }),
    row({ what: what('meta queries a second after that'), unit: '', runs: [later], goal: atMost(2, '') }),
  ]
}

function lastingOutage(bench, objects, callers) {
  const tables = Array.from({ length: objects }, () => TABLE)
  return bench.withBoth({ tables }, async (cluster, client) => {
    await warm(client)
    const [server] = cluster.replicaServers
    const queries = countRequests(cluster, { rpc: 'query_cfg' })
    await client.ask('start', { works: ['get'], callers, options: { timeoutMs: 1000 } })
    await sleep(200)
    await cluster.stopServer(server, { failoverAfterMs: null })
    const [host, port] = server.split(':')
    const closing = await new ScriptedServer(() => undefined).goAway().listen(host, Number(port))
    const before = queries.hits
    const startedAt = now()
    await sleep(1000)
    const first = queries.hits - before
    const seconds = bench.size(SECONDS, 2) - 1
    await sleep(seconds * 1000)
    const later = (queries.hits - before - first) / seconds
    const dials = closing.connections.filter((at) => at >= startedAt)
    await client.ask('stop')
    await closing.close()
    return { dials, first, later }
  })
}

/** Refused connections never reach a program; the kernel counts them. */
async function refused(bench) {
  const what = 'a dead server whose port refuses, 256 callers: connections in the worst second'
  const times = await refusedDials(bench)
  if (times === undefined)
    return leftOut(what, 'it takes a network namespace of its own: Linux, and the rights of root')
  return row({ what, unit: '', runs: [mostInASecond(times)], goal: atMost(10, '') })
}

const CALLS_A_SECOND = 200

async function refusedForLoad(bench) {
  const seconds = bench.size(3, 1)
  const retries = await bench.withBoth({}, async (cluster, client) => {
    await warm(client)
    const reaction = { error: 'ERR_CAPACITY_EXCEEDED' }
    const rule = cluster.addFault({ rpc: 'get', table: TABLE, reaction })
    const options = { timeoutMs: 1000 }
    await client.ask('start', { works: ['get'], everyMs: 1000 / CALLS_A_SECOND, options })
    await sleep(seconds * 1000)
    const calls = await client.ask('stop')
    return (rule.hits - calls.length) / seconds
  })
  return row({
    what: `${CALLS_A_SECOND} calls a second, all refused for load: retries a second`,
    unit: '',
    runs: [retries],
    goal: atMost(CALLS_A_SECOND * 0.2 + 10, ''),
  })
}
