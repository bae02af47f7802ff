// What many clients together do to a meta server and a replica server that restart at the same time.
//
// Clients share some processes, as that many processes do not fit on one machine; each has connections of its own.
// What 1,000 clients do is computed, see `computed`. All figures are those of the worst
// second. A server that is away accepts connections and closes them, so that they can be counted.
import { setTimeout as sleep } from 'node:timers/promises'
import { mostInASecond } from '../outage/bench.mjs'
import { metaAnswers, replicaAnswers } from '../scripted/roles.mjs'
import { now, ScriptedServer } from '../scripted/server.mjs'
import { partitionsOn } from '../scripted/tables.mjs'
import { curve } from './curve.mjs'

const SIZES = [10, 30, 100, 300]
const PROCESSES = 4
const DOWN_MS = 3000
const AFTER_MS = 3000
/** Each client reads so often. */
const EVERY_MS = 200
const COMPUTED = 1000

export async function fleet(bench) {
  const measured = []
  for (const size of bench.size(SIZES, [4, 8])) measured.push(await measure(bench, size))
  return curve({
    name: 'fleet',
    title: 'Clients of a meta server and a replica server that restart together',
    size: 'clients',
    columns: {
      clients: 'clients',
      queries: 'replica server away: meta queries',
      queriesEach: 'a client',
      dials: 'connections to it',
      dialsEach: 'a client',
      requests: 'requests to it',
      queriesBoth: 'meta server away too: queries',
      metaDialsBoth: 'connections to the meta server',
      dialsBoth: 'connections to the replica server',
    },
    growing: ['queries', 'dials', 'queriesBoth', 'metaDialsBoth', 'dialsBoth'],
    points: measured,
    computed: computed(measured),
  })
}

/** What many clients do at most: as much as one did in the measurement in which one did most, times their number. */
export function computed(points) {
  const most = (field) => Math.max(...points.map((point) => point[field] / point.clients)) * COMPUTED
  const fields = ['queries', 'dials', 'requests', 'queriesBoth', 'metaDialsBoth', 'dialsBoth']
  const figures = Object.fromEntries(fields.map((field) => [field, most(field)]))
  const each = { queriesEach: figures.queries / COMPUTED, dialsEach: figures.dials / COMPUTED }
  return { clients: COMPUTED, ...figures, ...each, isComputed: true }
}

async function measure(bench, size) {
  const replicas = await Promise.all(
    Array.from({ length: 3 }, () => new ScriptedServer(replicaAnswers()).listen()),
  )
  const table = { appId: 1, partitions: partitionsOn(replicas, 8) }
  const meta = await new ScriptedServer(metaAnswers({ table })).listen()
  const processes = await Promise.all(
    Array.from({ length: PROCESSES }, (_, index) => startClients(bench, meta, shareOf(size, index))),
  )
  try {
    await sleep(1000)
    const alone = await outageOf(bench, meta, [replicas[0]])
    const both = await outageOf(bench, meta, [replicas[0], meta])
    for (const process of processes) await process.ask('stop')
    return { clients: size, ...figures(size, alone, both) }
  } finally {
    for (const process of processes) await process.end()
    for (const server of [meta, ...replicas]) await server.close()
  }
}

const shareOf = (size, index) => Math.floor(size / PROCESSES) + (index < size % PROCESSES ? 1 : 0)

/** A process with so many clients, each of which reads. */
async function startClients(bench, meta, count) {
  const process = await bench.startClient()
  const names = Array.from({ length: count }, (_, index) => `client-${index}`)
  for (const name of names) {
    await process.ask('open', { name, options: { metaServers: meta.address }, tables: ['table'] })
  }
  await process.ask('start', {
    names,
    works: ['get'],
    everyMs: EVERY_MS / count,
    options: { timeoutMs: 1000 },
  })
  return process
}

/** Servers go away and come back; returns what came to the meta server, and to the replica server, meanwhile and after. */
async function outageOf(bench, meta, [replica, ...others]) {
  const startedAt = now()
  for (const server of [replica, ...others]) server.goAway()
  await sleep(bench.size(DOWN_MS, 500))
  for (const server of [replica, ...others]) server.comeBack()
  await sleep(bench.size(AFTER_MS, 500))
  const worst = (times) => mostInASecond(times.filter((at) => at >= startedAt))
  return {
    queries: worst(meta.requests),
    metaDials: worst(meta.connections),
    dials: worst(replica.connections),
    requests: worst(replica.requests),
  }
}

function figures(size, alone, both) {
  return {
    queries: alone.queries,
    queriesEach: alone.queries / size,
    dials: alone.dials,
    dialsEach: alone.dials / size,
    requests: alone.requests,
    metaDialsBoth: both.metaDials,
    queriesBoth: both.queries,
    dialsBoth: both.dials,
  }
}
