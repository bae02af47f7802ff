// Plain JavaScript: a substitute for the old client, on the `thrift` package.
import { Rows } from '../rows.mjs'
import { ThriftClient } from '../thrift-client/client.mjs'
import { PackagedWire } from '../thrift-client/packaged-wire.mjs'
import { Wire } from '../thrift-client/wire.mjs'
import { measure } from './measure.mjs'
import { obey } from './talk.mjs'
import { rowWorks } from './works.mjs'

const WireClass = process.argv[2] === 'packaged' ? PackagedWire : Wire

let client
let works

async function open({ metaServers, table: name, ...size }) {
  client = new ThriftClient({ metaServers: metaServers.split(','), WireClass })
  works = rowWorks(await client.openTable(name), new Rows(size))
}

await obey({ open, run: ({ work, ...run }) => measure(works[work], run) })
client?.close()
