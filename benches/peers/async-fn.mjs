// The Rust client, called through one `#[napi] async fn` for each operation.
import { Rows } from '../rows.mjs'
import { measure } from './measure.mjs'
import { obey } from './talk.mjs'
import { rowWorks } from './works.mjs'

const addon = { exports: {} }
process.dlopen(addon, process.argv[2])

let table
let works

async function open({ metaServers, table: name, ...size }) {
  table = await addon.exports.openTable(metaServers, name)
  works = rowWorks(table, new Rows(size))
}

await obey({ open, run: ({ work, ...run }) => measure(works[work], run) })
await table?.close()
