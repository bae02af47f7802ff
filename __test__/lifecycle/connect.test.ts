import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { type ClientOptions, PegasusClient } from 'pegasus-client'
import { freshKey, world } from '../support/cluster'
import { deadAddress, Peer, silentPeer } from '../support/net'
import { type ClusterProxy, silentAfterConnect } from '../support/proxy'
import { timed } from '../support/wait'

const w = world({ metaServers: 3, tables: { temp: 8, other: 4 } })

/** Connects, writes, reads, closes. */
async function works(options: ClientOptions): Promise<void> {
  const client = await PegasusClient.connect(options)
  try {
    const table = await client.openTable('temp')
    const key = freshKey()
    await table.set(key, 's', 'v')
    assert.equal(String(await table.get(key, 's')), 'v')
  } finally {
    await client.close()
  }
}

describe('a client of a cluster with three meta servers', () => {
  let leader: string
  let followers: string[]
  let dead: string
  let silent: Peer
  before(async () => {
    ;[leader, ...followers] = w.cluster.metaServers as [string, ...string[]]
    dead = await deadAddress()
    silent = await silentPeer()
  })
  after(() => silent?.close())

  it('there are three of them', () => {
    assert.equal(new Set([leader, ...followers]).size, 3)
    for (const address of [leader, ...followers]) assert.match(address, /^127\.0\.0\.1:\d+$/)
  })

  it('takes their addresses as an array', () => works({ metaServers: [leader, ...followers] }))

  it('takes their addresses as one string, with commas and spaces', () =>
    works({ metaServers: ` ${[leader, ...followers].join(' , ')} ` }))

  it('takes one address', () => works({ metaServers: leader }))

  it('takes DNS names', () => works({ metaServers: leader.replace('127.0.0.1', 'localhost') }))

  it('takes IPv6 addresses in brackets', async (t) => {
    const relay = await Peer.listen((socket) => {
      socket.pipe(connect(Number(leader.split(':')[1]), '127.0.0.1')).pipe(socket)
    }, '::1').catch(() => undefined)
    if (relay === undefined) return t.skip('this machine has no IPv6')
    assert.match(relay.address, /^\[::1\]:\d+$/)
    await works({ metaServers: relay.address })
    await relay.close()
  })

  it('may be given followers first', () => works({ metaServers: [...followers, leader] }))

  it('finds the leader when only a follower is listed', async () => {
    for (const follower of followers) await works({ metaServers: [follower] })
  })

  it('is not held up by a meta server that is down', async () => {
    const took = await timed(() => works({ metaServers: [dead, leader] }))
    assert.ok(took < 2000, `${took} ms`)
    await works({ metaServers: [dead, followers[0] as string] })
  })

  it('is not held up by a meta server that accepts and says nothing', async () => {
    const took = await timed(() => works({ metaServers: [silent.address, leader] }))
    assert.ok(took < 1500, `${took} ms`)
    assert.ok(silent.accepted > 0)
  })

  it('does not mind an address that occurs twice', () => works({ metaServers: [leader, leader] }))

  it('does not mind a name that nobody can resolve next to one that works', () =>
    works({ metaServers: ['no-such-host.invalid:34601', leader] }))
})

describe('a table', () => {
  it('knows its name, its number and its partitions', async () => {
    const temp = await w.client.openTable('temp')
    const other = await w.client.openTable('other')
    assert.deepEqual([temp.name, temp.partitionCount], ['temp', 8])
    assert.deepEqual([other.name, other.partitionCount], ['other', 4])
    assert.ok(Number.isInteger(temp.appId) && temp.appId > 0)
    assert.notEqual(temp.appId, other.appId)
  })

  it('is a room of its own', async () => {
    const key = freshKey()
    const [temp, other] = [await w.client.openTable('temp'), await w.client.openTable('other')]
    await temp.set(key, 's', 'in temp')
    assert.equal(await other.get(key, 's'), null)
    await other.set(key, 's', 'in other')
    assert.equal(String(await temp.get(key, 's')), 'in temp')
  })

  it('can be opened a hundred times at once', async () => {
    const key = freshKey()
    const tables = await Promise.all(Array.from({ length: 100 }, () => w.client.openTable('temp')))
    await Promise.all(tables.map((table, number) => table.set(key, String(number), 'v')))
    assert.equal(await w.table.sortKeyCount(key), 100)
  })

  it('created while a client runs can be opened, after it could not be', async () => {
    await assert.rejects(w.client.openTable('later'), { code: 'ERR_OBJECT_NOT_FOUND' })
    await w.cluster.createTable('later', 3)
    const later = await w.client.openTable('later')
    assert.equal(later.partitionCount, 3)
    await later.set('h', 's', 'v')
    assert.equal(String(await later.get('h', 's')), 'v')
  })

  it('has 8 partitions when nobody says how many', async () => {
    await w.cluster.createTable('unsaid')
    assert.equal((await w.client.openTable('unsaid')).partitionCount, 8)
  })

  it('that exists cannot be created again', async () => {
    await assert.rejects(w.cluster.createTable('temp'), { name: 'PegasusError', code: /^ERR_/ })
    assert.equal((await w.client.openTable('temp')).partitionCount, 8)
  })
})

describe('timeouts', () => {
  it('a call may have its own, for every operation', async () => {
    const { table } = w
    const key = freshKey()
    const o = { timeoutMs: 4321 }
    await table.set(key, 's', 'v', { ...o, ttlSeconds: 60 })
    assert.equal(String(await table.get(key, 's', o)), 'v')
    assert.equal(await table.exist(key, 's', o), true)
    assert.ok(((await table.ttl(key, 's', o)) ?? 0) > 0)
    await table.multiSet(key, { a: '1' }, o)
    assert.equal((await table.multiGet(key, null, o)).entries.length, 2)
    assert.equal((await table.multiGetOpt(key, '', '', o)).entries.length, 2)
    assert.equal((await table.getSortKeys(key, o)).sortKeys.length, 2)
    assert.equal(await table.sortKeyCount(key, o), 2)
    assert.equal(await table.multiDel(key, ['a'], o), 1)
    await table.remove(key, 's', o)
    assert.deepEqual(await table.getScanner(key, '', '', o).next(), { done: true, value: undefined })
  })

  it('every option of a client can be given', () =>
    works({
      metaServers: w.cluster.metaServers,
      timeoutMs: 1000,
      connectTimeoutMs: 500,
      metaTimeoutMs: 500,
      sessionResetMs: 1000,
      retry: { maxAttempts: 3, baseDelayMs: 5, maxDelayMs: 50 },
      logger: null,
    }))
})

describe('deadlines against a meta server that falls silent', () => {
  let silent: ClusterProxy
  before(async () => {
    silent = await silentAfterConnect(w.cluster.metaServers[0] as string)
  })
  after(() => silent?.close())

  async function timeoutOf(options: Partial<ClientOptions>, callTimeoutMs?: number): Promise<number> {
    const client = await PegasusClient.connect({ metaServers: silent.address, ...options })
    const opening = () =>
      client.openTable('temp', callTimeoutMs === undefined ? {} : { timeoutMs: callTimeoutMs })
    const took = await timed(() => assert.rejects(opening(), { name: 'PegasusError', code: 'ERR_TIMEOUT' }))
    await client.close()
    return took
  }

  it('are 2 seconds when nobody says otherwise', async () => {
    const took = await timeoutOf({})
    assert.ok(took >= 1950 && took < 2900, `${took} ms`)
  })

  it('are those of the client', async () => {
    const took = await timeoutOf({ timeoutMs: 300 })
    assert.ok(took >= 290 && took < 1200, `${took} ms`)
  })

  it('are those of the table before those of the client', async () => {
    const took = await timeoutOf({ timeoutMs: 60_000 }, 300)
    assert.ok(took >= 290 && took < 1200, `${took} ms`)
  })
})
