import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { ThriftClient } from '../thrift-client/client.mjs'
import { Wire } from '../thrift-client/wire.mjs'
import { metaAnswers, replicaAnswers } from './roles.mjs'
import { ScriptedServer } from './server.mjs'
import { addresses, partitionsOn } from './tables.mjs'

test('another client reads and writes at scripted servers, and they count it', async () => {
  const replica = await new ScriptedServer(replicaAnswers()).listen()
  const table = { appId: 1, partitions: partitionsOn([replica], 8) }
  const meta = await new ScriptedServer(metaAnswers({ table })).listen()
  const client = new ThriftClient({ metaServers: [meta.address], WireClass: Wire })
  const opened = await client.openTable('table')
  await opened.set(Buffer.from('a'), Buffer.from('b'), Buffer.from('c'))
  assert.equal((await opened.get(Buffer.from('a'), Buffer.from('b'))).toString(), 'value')
  await assert.rejects(client.openTable('other'), { code: 'ERR_OBJECT_NOT_FOUND' })
  assert.deepEqual([meta.requests.length, replica.requests.length, replica.connections.length], [2, 2, 1])
  client.close()
  await meta.close()
  await replica.close()
})

test('a server that is away closes what is open and what comes, and counts it', async () => {
  const server = await new ScriptedServer(() => undefined).listen()
  const dial = () => {
    const socket = connect(server.port, server.host)
    socket.on('error', () => {})
    return socket
  }
  const closed = (socket) => new Promise((resolve) => socket.once('close', resolve))
  const open = dial()
  await once(open, 'connect')
  while (server.openConnections === 0) await new Promise(setImmediate)
  server.goAway()
  await closed(open)
  await closed(dial())
  assert.equal(server.connections.length, 2)
  await server.close()
})

test('what comes on a forgotten connection vanishes, a new connection is served', async () => {
  const server = await new ScriptedServer(replicaAnswers()).listen()
  const ask = (client) => client.connection(server).call('RPC_X', HEADER, () => {})
  const old = new ThriftClient({ metaServers: [], WireClass: Wire })
  await assert.rejects(ask(old), { code: 'ERR_HANDLER_NOT_FOUND' })
  server.forget()
  await assert.rejects(ask(old), { code: 'ERR_TIMEOUT' })
  const fresh = new ThriftClient({ metaServers: [], WireClass: Wire })
  await assert.rejects(ask(fresh), { code: 'ERR_HANDLER_NOT_FOUND' })
  assert.equal(server.requests.length, 2)
  for (const client of [old, fresh]) client.close()
  await server.close()
})

const HEADER = { appId: 0, partition: 0, timeoutMs: 200, hash: { high: 0, low: 0 } }

test('partitions have as many addresses as was asked for', () => {
  const hosts = new Set(addresses(65_536).map(([{ host }]) => host))
  assert.equal(hosts.size, 65_536)
})
