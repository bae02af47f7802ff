// Plain JavaScript: the stand-in for the old client, on the `thrift` package.
import { checkValue, Rows } from '../rows.mjs'
import { ThriftClient } from '../thrift-client/client.mjs'
import { PackagedWire } from '../thrift-client/packaged-wire.mjs'
import { Wire } from '../thrift-client/wire.mjs'
import { measure } from './measure.mjs'
import { obey } from './talk.mjs'

const WireClass = process.argv[2] === 'packaged' ? PackagedWire : Wire

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
  client = new ThriftClient({ metaServers: metaServers.split(','), WireClass })
  table = await client.openTable(name)
  rows = new Rows(size)
}

await obey({ open, run: ({ work, ...run }) => measure(WORKS[work], run) })
client?.close()
