import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { connectThrough, PegasusClient } from '../../lib/api/client'
import { LocalCluster, startLocal } from '../../lib/api/local-cluster'
import { Scanner } from '../../lib/api/scanner'
import { Table } from '../../lib/api/table'
import { Crossing } from '../../lib/crossing/crossing'
import { type NativeClientOptions, RecordKind } from '../../lib/crossing/native'
import { localOptions } from '../../lib/options/local-cluster'
import type { BackupRequestOptions } from '../../lib/options/table'
import { FakeNative, fakeTable } from './fake-native'

async function connected(native = new FakeNative(), options = {}) {
  const crossing = new Crossing(native)
  const connecting = connectThrough(() => crossing, { metaServers: 'localhost:34601', ...options })
  native.answerLast({ openTable: native.operation('openTable'), close: native.operation('close') })
  return { native, client: await connecting }
}

describe('a client', () => {
  it('leaves what was not said to the addon', async () => {
    const { native } = await connected()
    assert.deepEqual(native.sent[0]?.args[0], {
      metaServers: ['localhost:34601'],
      timeoutMs: -1,
      connectTimeoutMs: -1,
      metaTimeoutMs: -1,
      sessionResetMs: -1,
      retryMaxAttempts: -1,
      retryBaseDelayMs: -1,
      retryMaxDelayMs: -1,
      maxInFlight: -1,
      maxInFlightBytes: -1,
      refuseWhenFull: false,
      logId: 0,
      logLevel: 0,
    })
  })

  it('asks its logger which lines it wants', async () => {
    const levelOf = async (extra: object) => {
      const logger = { error() {}, warn() {}, info() {}, debug() {}, ...extra }
      const { native } = await connected(undefined, { logger })
      const sent = native.last.args[0] as NativeClientOptions
      return sent.logLevel
    }
    assert.equal(await levelOf({}), 4)
    assert.equal(await levelOf({ level: 'warn' }), 2)
    assert.equal(await levelOf({ level: 'silent' }), 0)
    assert.equal(await levelOf({ level: 'verbose' }), 4)
    assert.equal(await levelOf({ level: 'trace', isLevelEnabled: (level: string) => level !== 'debug' }), 3)
  })

  it('opens tables that know their name', async () => {
    const { native, client } = await connected()
    const opening = client.openTable('temp', { timeoutMs: 500 })
    assert.deepEqual(native.last.args, ['temp', 500, -1, -1, false])
    native.answerLast(fakeTable(native))
    const table = await opening
    assert.deepEqual([table.name, table.appId, table.partitionCount], ['temp', 2, 8])
  })

  it('hands on how secondaries may answer', async () => {
    const { native, client } = await connected()
    const sentFor = (backupRequest: BackupRequestOptions) => {
      client.openTable('temp', { backupRequest })
      return native.last.args.slice(2)
    }
    assert.deepEqual(sentFor({}), [-1, -1, false])
    assert.deepEqual(sentFor({ delayMs: 20, maxShare: 0.5 }), [20, 0.5, false])
    assert.deepEqual(sentFor({ delayMs: 'auto', onUnreachable: true }), [0, -1, true])
  })

  it('closes once, however often it is asked to', async () => {
    const { native, client } = await connected()
    const closings = [client.close(), client.close(), client[Symbol.asyncDispose]()]
    native.answer([[native.last.token, RecordKind.Done]])
    await Promise.all(closings)
    await client.close()
    assert.equal(native.sent.filter(({ method }) => method === 'close').length, 1)
  })
})

describe('a local cluster', () => {
  it('starts with defaults and stops once', async () => {
    const native = new FakeNative()
    const starting = startLocal(new Crossing(native), localOptions({ tables: { temp: 8 } }))
    assert.deepEqual(native.last.args[0], {
      tables: [{ name: 'temp', partitionCount: 8 }],
      replicaServers: 3,
      metaServers: 1,
      host: '127.0.0.1',
      port: 0,
      hostPorts: false,
    })
    native.answerLast({
      metaServers: () => ['127.0.0.1:1'],
      replicaServers: () => ['127.0.0.1:2'],
      stop: native.operation('stop'),
    })
    const cluster = await starting
    assert.deepEqual([cluster.metaServers, cluster.replicaServers], [['127.0.0.1:1'], ['127.0.0.1:2']])
    const stops = [cluster.stop(), cluster[Symbol.asyncDispose]()]
    native.answer([[native.last.token, RecordKind.Done]])
    await Promise.all(stops)
    assert.equal(native.sent.filter(({ method }) => method === 'stop').length, 1)
  })
})

it('no class is made with new', () => {
  for (const Class of [PegasusClient, Table, Scanner, LocalCluster] as unknown as (new () => unknown)[]) {
    assert.throws(() => new Class(), { name: 'TypeError', code: 'ERR_INVALID_ARGUMENT' })
  }
})
