// The Rust client behind one `#[napi] async fn` a call.
import { checkValue, Rows } from '../rows.mjs'
import { measure } from './measure.mjs'
import { obey } from './talk.mjs'

const addon = { exports: {} }
process.dlopen(addon, process.argv[2])

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
  table = await addon.exports.openTable(metaServers, name)
  rows = new Rows(size)
}

await obey({ open, run: ({ work, ...run }) => measure(WORKS[work], run) })
await table?.close()
