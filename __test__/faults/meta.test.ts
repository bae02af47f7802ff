import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import { PegasusClient, PegasusError } from 'pegasus-client'
import { world } from '../support/cluster'
import { rejection } from '../support/wait'

const w = world({ metaServers: 3, tables: { temp: 2, other: 2 } })

afterEach(() => w.cluster.healAll())

describe('the leading meta server', () => {
  it('is followed where it moves', async () => {
    const before = await w.cluster.metaLeader()
    const after = await w.cluster.moveMetaLeader()
    assert.notEqual(after, before)
    assert.equal(await w.cluster.metaLeader(), after)
    assert.equal((await w.client.openTable('other')).partitionCount, 2)
    assert.equal(await w.cluster.moveMetaLeader(before), before)
    // A client that knows only a follower finds the leader.
    const client = await PegasusClient.connect({ metaServers: after })
    assert.equal((await client.openTable('other')).partitionCount, 2)
    await client.close()
  })

  for (const kind of ['stopServer', 'freezeServer', 'cutOffServer'] as const) {
    it(`is replaced after ${kind}`, async () => {
      const before = await w.cluster.metaLeader()
      await w.client.openTable('temp')
      await w.cluster[kind](before)
      assert.notEqual(await w.cluster.metaLeader(), before)
      assert.equal((await w.client.openTable('other')).partitionCount, 2)
      await w.cluster.healAll()
      assert.notEqual(await w.cluster.metaLeader(), before)
    })
  }

  it('is not needed for tables that are open', async () => {
    for (const server of w.cluster.metaServers) await w.cluster.stopServer(server)
    await w.table.set('k', 's', 'v')
    assert.equal((await w.table.get('k', 's'))?.toString(), 'v')
    const error = await rejection(w.client.openTable('other', { timeoutMs: 500 }))
    assert.ok(error instanceof PegasusError)
    assert.ok(['ERR_TIMEOUT', 'ERR_NETWORK_FAILURE'].includes(error.code), error.code)
  })
})
