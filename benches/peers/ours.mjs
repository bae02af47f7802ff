// This package, used through its public API.
import { createRequire } from 'node:module'
import { checkValue, Rows } from '../rows.mjs'
import { measure, measureOnce } from './measure.mjs'
import { runMany, watchMemory } from './memory.mjs'
import { SCANS } from './scans.mjs'
import { obey } from './talk.mjs'
import { rowWorks } from './works.mjs'

const { PegasusClient } = createRequire(import.meta.url)('../..')

let client
let table
let rows
let works

/** Reads all rows of a hash key. */
const multiGet = {
  once: () => table.multiGet(rows.anyHashKey(), null),
  check({ entries }) {
    checkRows(entries.length)
    for (const { value } of entries) checkValue(value)
  },
}

/** Reads as many random rows. */
const batchGet = {
  once() {
    const keys = []
    for (const _ of rows.sortKeys) keys.push([rows.anyHashKey(), rows.anySortKey()])
    return table.batchGet(keys)
  },
  check(values) {
    checkRows(values.length)
    values.forEach(checkValue)
  },
}

function checkRows(count) {
  if (count !== rows.sortKeys.length) throw new Error(`${count} rows came, not ${rows.sortKeys.length}`)
}

async function open({ metaServers, table: name, ...size }) {
  client = await PegasusClient.connect({ metaServers })
  table = await client.openTable(name)
  rows = new Rows(size)
  works = { ...rowWorks(table, rows), multiGet, batchGet }
}

/** Writes all rows, one hash key in each request. */
async function load() {
  const entries = rows.sortKeys.map((sortKey) => [sortKey, rows.value])
  const left = rows.hashKeys.values()
  const loops = Array.from({ length: 8 }, async () => {
    for (const hashKey of left) await table.multiSet(hashKey, entries)
  })
  await Promise.all(loops)
}

/** Gets and sets alternately; measures memory after a warm-up. */
async function memory({ operations, warmUpOperations, inFlight }) {
  let turn = 0
  const both = [works.get, works.set]
  const either = async () => {
    const { once, check } = both[turn++ % 2]
    check(await once())
  }
  await runMany(either, warmUpOperations, inFlight)
  return watchMemory(() => runMany(either, operations, inFlight))
}

await obey({
  open,
  load,
  memory,
  run: ({ work, ...run }) => measure(works[work], run),
  scan: ({ work }) => measureOnce(() => SCANS[work](table), rows),
  scanMemory: ({ work }) => watchMemory(() => SCANS[work](table)),
})
await client?.close()
