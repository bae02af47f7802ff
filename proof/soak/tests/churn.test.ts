import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { PegasusClient } from 'pegasus-client'
import { churn, keptAfter } from '../churn'
import { ClusterProcess } from '../cluster'
import { type Usage, usage } from '../usage'

let cluster: ClusterProcess

before(async () => {
  cluster = await ClusterProcess.start()
})
after(() => cluster.stop())

describe('a thousand clients', () => {
  it('give back what they held when they are closed', async () => {
    const { before, after } = await churn(cluster.metaServers, 'soak')
    assert.deepEqual(keptAfter(before, after), [], JSON.stringify({ before, after }))
  })

  it('would be noticed if they were left open', async () => {
    const before = usage()
    const clients: PegasusClient[] = []
    while (clients.length < 20) {
      const client = await PegasusClient.connect({ metaServers: cluster.metaServers })
      await client.openTable('soak')
      clients.push(client)
    }
    const kept = keptAfter(before, usage())
    await Promise.all(clients.map((client) => client.close()))
    assert.equal(kept.includes('sockets') && kept.includes('files'), process.platform === 'linux')
  })
})

describe('what was given back', () => {
  const held: Usage = {
    rss: 100e6,
    heap: 10e6,
    external: 5e6,
    resources: 3,
    files: 30,
    sockets: 5,
    threads: 9,
  }

  it('is all within tolerances', () => {
    assert.deepEqual(keptAfter(held, { ...held, rss: 110e6, threads: 10 }), [])
  })

  it('is not what grows beyond them', () => {
    assert.deepEqual(keptAfter(held, { ...held, rss: 120e6, threads: 12 }), ['rss', 'threads'])
  })
})
