// This package, through its public API.
import { createRequire } from 'node:module'
import { checkValue, Rows } from '../rows.mjs'
import { measure } from './measure.mjs'
import { obey } from './talk.mjs'

const { PegasusClient } = createRequire(import.meta.url)('../..')

let client
let table
let rows

const WORKS = {
  async get() {
    checkValue(await table.get(rows.anyHashKey(), rows.anySortKey()))
  },
  set() {
    return table.set(rows.anyHashKey(), rows.anySortKey(), rows.value)
  },
}

async function open({ metaServers, table: name, ...size }) {
  client = await PegasusClient.connect({ metaServers })
  table = await client.openTable(name)
  rows = new Rows(size)
}

/** Writes every row, a hash key a request. */
async function load() {
  const entries = rows.sortKeys.map((sortKey) => [sortKey, rows.value])
  const left = rows.hashKeys.values()
  const loops = Array.from({ length: 8 }, async () => {
    for (const hashKey of left) await table.multiSet(hashKey, entries)
  })
  await Promise.all(loops)
}

await obey({ open, load, run: ({ work, ...run }) => measure(WORKS[work], run) })
await client?.close()
