import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, it } from 'node:test'
import { type ClientOptions, PegasusClient, type PegasusError } from 'pegasus-client'
import { world } from '../support/cluster'
import { deadAddress, Peer, silentPeer } from '../support/net'
import { pegasusError, until } from '../support/wait'

const w = world()

/** Long enough for a few rounds of questions. */
const SHORT_MS = 500

afterEach(() => w.cluster.healAll())

/** The error of a client that finds no cluster. */
function failure(metaServers: string | string[]): Promise<PegasusError> {
  return pegasusError(PegasusClient.connect({ metaServers, timeoutMs: SHORT_MS }))
}

/** Checks code and text of an error that may be gone at the next try. */
function told(error: PegasusError, code: string, message: RegExp): void {
  assert.deepEqual([error.code, error.retryable, error.maybeApplied], [code, true, false])
  assert.match(error.message, message)
}

describe('connect tells what is there in place of a meta server', () => {
  it('an HTTP server', async () => {
    const server = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    told(
      await failure(`127.0.0.1:${port}`),
      'ERR_NETWORK_FAILURE',
      new RegExp(`127\\.0\\.0\\.1:${port} is not a Pegasus server`),
    )
    server.close()
    await once(server, 'close')
  })

  it('a replica server', async () => {
    for (const address of w.cluster.replicaServers) {
      told(
        await failure(address),
        'ERR_NETWORK_FAILURE',
        new RegExp(`${address} seems to be a replica server: meta servers usually listen on 34601$`),
      )
    }
  })

  it('a meta server that is frozen', async () => {
    const [meta] = w.cluster.metaServers as [string]
    await w.cluster.freezeServer(meta)
    told(
      await failure(meta),
      'ERR_TIMEOUT',
      new RegExp(`${meta} accepts connections, but did not answer within`),
    )
  })

  it('a server that hangs up', async () => {
    const peer = await Peer.listen((socket) => void socket.end())
    told(await failure(peer.address), 'ERR_NETWORK_FAILURE', /is not a Pegasus server/)
    assert.ok(peer.accepted > 1 && peer.accepted <= 5, `${peer.accepted} connections`)
    await peer.close()
  })

  it('nothing', async () => {
    const address = await deadAddress()
    told(await failure(address), 'ERR_NETWORK_FAILURE', new RegExp(`cannot connect to ${address}: .`))
  })

  it('a name that nobody knows', async () => {
    const address = 'no-such-host.invalid:34601'
    told(await failure(address), 'ERR_NETWORK_FAILURE', /cannot connect to no-such-host\.invalid:34601: ./)
  })

  it('several things, each at its address', async () => {
    const [silent, dead] = [await silentPeer(), await deadAddress()]
    const [replica] = w.cluster.replicaServers as [string]
    const error = await failure([dead, replica, silent.address])
    for (const address of [dead, replica, silent.address]) assert.match(error.message, new RegExp(address))
    assert.equal(error.code, 'ERR_TIMEOUT')
    await silent.close()
  })
})

describe('connect goes on where a meta server is listed', () => {
  const connects = async (metaServers: string[]) => {
    const client = await PegasusClient.connect({ metaServers, timeoutMs: 10_000 })
    assert.equal((await client.openTable('temp')).partitionCount, 8)
    await client.close()
  }

  it('after replica servers', () => connects([...w.cluster.replicaServers, ...w.cluster.metaServers]))

  it('after a server that is not Pegasus', async () => {
    const peer = await Peer.listen((socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    await connects([peer.address, ...w.cluster.metaServers])
    await peer.close()
  })
})

describe('a service and its cluster start in any order', () => {
  /** Connects, waits until the client has said this, then heals the cluster: the client is connected. */
  async function connectsAfter(complaint: RegExp, options: Partial<ClientOptions> = {}): Promise<void> {
    let text = ''
    const write = (line: string) => {
      text += `${line}\n`
    }
    const logger = { error: write, warn: write, info: write, debug: write }
    const connecting = w.connect({ timeoutMs: 20_000, logger, ...options })
    await until(`it says ${complaint}`, () => complaint.test(text))
    await w.cluster.healAll()
    const client = await connecting
    assert.equal((await client.openTable('temp')).partitionCount, 8)
    await client.close()
  }

  it('the meta server starts after connect() was called', async () => {
    await w.cluster.stopServer(w.cluster.metaServers[0] as string)
    await connectsAfter(/cannot connect/)
  })

  it('the meta server hung, and goes on', async () => {
    await w.cluster.freezeServer(w.cluster.metaServers[0] as string)
    await connectsAfter(/connected/)
  })

  it('what is wrong in the options is told at once', async () => {
    await assert.rejects(PegasusClient.connect({ metaServers: '127.0.0.1:0', timeoutMs: 2_000_000_000 }), {
      name: 'TypeError',
      code: 'ERR_INVALID_ARGUMENT',
    })
  })
})

describe('a client that found no cluster', () => {
  it('leaves no connection behind', async () => {
    let open = 0
    const peer = await Peer.listen((socket) => {
      open++
      socket.on('close', () => open--)
      socket.resume()
    })
    assert.equal((await failure(peer.address)).code, 'ERR_TIMEOUT')
    await until('its connection is closed', () => open === 0)
    assert.equal(peer.accepted, 1)
    await peer.close()
  })
})
