// The client of an outage: a process of its own, that does as it is told and reports how each call ended.
// Argument: the folder of the package that is measured.
import { createRequire } from 'node:module'
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { obey } from '../peers/talk.mjs'
import { now } from '../scripted/server.mjs'

const { PegasusClient } = createRequire(import.meta.url)(process.argv[2])

/** The open clients and their tables, by the name that the commands use. */
const clients = new Map()
/** The load that is running. */
let load

const WORKS = {
  get: (table, key, options) => table.get(key, 'row', options),
  set: (table, key, options) => table.set(key, 'row', 'value', options),
  incr: (table, key, options) => table.incr(key, 'counter', 1, options),
}

/** Connects; returns how long it took. `tables`: the names of tables to open, each as often as it stands there. */
async function open({ name = 'client', options, tables = [], tableOptions }) {
  const startedAt = now()
  const client = await PegasusClient.connect(options)
  clients.set(name, { client, tables: [] })
  for (const table of tables) await openTable({ name, table, tableOptions })
  return { ms: now() - startedAt }
}

async function openTable({ name = 'client', table, tableOptions }) {
  const { client, tables } = clients.get(name)
  const startedAt = now()
  tables.push(await client.openTable(table, tableOptions))
  return { ms: now() - startedAt }
}

/** Opens tables one after the other; returns how long all took together. */
async function openTables({ tables }) {
  const startedAt = now()
  for (const table of tables) await openTable({ table })
  return { ms: now() - startedAt }
}

/** One call; returns how it ended. */
async function call({ name = 'client', work, key = 'key', table = 0, options }) {
  const startedAt = now()
  const outcome = { startedAt, work, key }
  try {
    await WORKS[work](clients.get(name).tables[table], key, options)
  } catch (error) {
    Object.assign(outcome, { code: error.code ?? String(error), maybeApplied: error.maybeApplied === true })
  }
  outcome.ms = now() - startedAt
  return outcome
}

/**
 * Starts calls that go on until `stop`. `names`: the clients, `works`: the kinds of work, each taken in turn. With `callers`, each starts its next
 * call when its last one has ended; with `everyMs`, a call starts at each tick, whatever became of the earlier ones.
 * Keys are `key-0` to `key-N`.
 */
function start({ names = ['client'], works, callers = 0, everyMs, keys = 256, options }) {
  load = { isOver: false, outcomes: [], loops: [] }
  // Those that are open now: a table that is opened meanwhile gets no calls.
  const count = clients.get(names[0]).tables.length
  const one = (index) => {
    const key = `key-${Math.floor(Math.random() * keys)}`
    const name = names[index % names.length]
    return call({ name, work: works[index % works.length], key, table: index % count, options })
  }
  if (everyMs === undefined) {
    load.loops = Array.from({ length: callers }, (_, index) => repeat(load, () => one(index)))
  } else {
    load.loops = [tick(load, everyMs, one)]
  }
  return {}
}

async function repeat(load, once) {
  while (!load.isOver) load.outcomes.push(await once())
}

/** Starts what is due since the last look, so that the rate is kept while timers are late. */
async function tick(load, everyMs, once) {
  const startedAt = performance.now()
  const running = []
  for (let started = 0; !load.isOver; await sleep(1)) {
    for (; started * everyMs <= performance.now() - startedAt; started++) {
      running.push(once(started).then((outcome) => load.outcomes.push(outcome)))
    }
  }
  await Promise.all(running)
}

/** Ends the load when its last calls have ended; returns the outcome of each call. */
async function stop() {
  load.isOver = true
  await Promise.all(load.loops)
  return load.outcomes
}

/**
 * Starts `count` gets in one turn that all time out, `waitMs` later begins to watch. With `watches` = 'turns' returns
 * the longest turn of the loop in milliseconds, with 'cpu' the CPU time of the process; and the failures.
 */
async function burst({ count, timeoutMs, waitMs, watches }) {
  const [table] = clients.get('client').tables
  const codes = {}
  const note = ({ code }) => {
    codes[code] = (codes[code] ?? 0) + 1
  }
  const all = Promise.all(
    Array.from({ length: count }, (_, index) =>
      table.get(`key-${index}`, 'row', { timeoutMs }).then(() => note({ code: 'answered' }), note),
    ),
  )
  await sleep(waitMs)
  const result = watches === 'turns' ? await longestTurn(all) : await cpuOf(all)
  return { ...result, codes }
}

/** The longest time between two turns of a chain of immediates: neither timers nor the kernel hide a part of it. */
async function longestTurn(all) {
  let isOver = false
  let longestMs = 0
  const watch = async () => {
    for (let last = performance.now(); !isOver; ) {
      await turn()
      const at = performance.now()
      longestMs = Math.max(longestMs, at - last)
      last = at
    }
  }
  const watched = watch()
  await all
  await turn()
  isOver = true
  await watched
  return { longestMs }
}

async function cpuOf(all) {
  const before = process.cpuUsage()
  await all
  const { user, system } = process.cpuUsage(before)
  return { cpuUs: user + system }
}

/** Resident memory in bytes, after a collection where node has `--expose-gc`. */
function memory() {
  globalThis.gc?.()
  return { bytes: process.memoryUsage.rss() }
}

await obey({ open, openTable, openTables, call, start, stop, burst, memory })
for (const { client } of clients.values()) await client.close()
