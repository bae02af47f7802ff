import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { inspect } from 'node:util'
import { PegasusClient, PegasusError, Scanner, Table } from 'pegasus-client'
import { world } from '../support/cluster'
import { deadAddress } from '../support/net'
import { ClusterProxy } from '../support/proxy'
import { pegasusError, rejection } from '../support/wait'

const w = world()

describe('a PegasusError', () => {
  it('is an Error with a name, a code and a sentence', async () => {
    const error = await pegasusError(w.client.openTable('missing'))
    assert.ok(error instanceof Error)
    assert.equal(error.name, 'PegasusError')
    assert.equal(error.code, 'ERR_OBJECT_NOT_FOUND')
    assert.match(error.message, /missing/)
    assert.equal(error.table, 'missing')
    assert.equal(error.maybeApplied, false)
    assert.equal(Object.prototype.toString.call(error), '[object Error]')
  })

  it('says whether trying again may help', async () => {
    const metaServers = await deadAddress()
    const unreachable = await pegasusError(PegasusClient.connect({ metaServers, timeoutMs: 300 }))
    assert.deepEqual([unreachable.code, unreachable.retryable], ['ERR_NETWORK_FAILURE', true])
    const client = await w.connect()
    await client.close()
    const closed = await pegasusError(client.openTable('temp'))
    assert.deepEqual(
      [closed.code, closed.retryable, closed.maybeApplied],
      ['ERR_CLIENT_CLOSED', false, false],
    )
  })

  it('has no property that is not known', async () => {
    const error = await pegasusError(w.client.openTable('missing'))
    for (const name of Object.keys(error)) {
      assert.notEqual((error as unknown as Record<string, unknown>)[name], undefined, name)
    }
    assert.ok(!('server' in error) || typeof error.server === 'string')
    assert.ok(!Object.hasOwn(error, 'partitionIndex'))
    assert.ok(!Object.hasOwn(error, 'cause'))
  })

  it('reads well when it is printed and when it is made into JSON', async () => {
    const error = await pegasusError(w.client.openTable('missing'))
    const printed = inspect(error)
    assert.match(printed, /^PegasusError: .*missing/)
    assert.match(printed, /code: 'ERR_OBJECT_NOT_FOUND'/)
    assert.match(printed, /table: 'missing'/)
    assert.doesNotMatch(printed, /undefined/)
    const json = JSON.parse(JSON.stringify(error))
    assert.deepEqual([json.code, json.table, json.maybeApplied], ['ERR_OBJECT_NOT_FOUND', 'missing', false])
    assert.match(String(error), /^PegasusError: .*missing/)
  })

  it('can be made by callers, for their tests', () => {
    const cause = new Error('beneath')
    const error = new PegasusError('ERR_BUSY', 'slow down', {
      retryable: true,
      maybeApplied: true,
      table: 'temp',
      partitionIndex: 0,
      server: '127.0.0.1:34801',
      attempts: 3,
      cause,
    })
    assert.deepEqual(
      { ...error, message: error.message, cause: error.cause },
      {
        code: 'ERR_BUSY',
        message: 'slow down',
        retryable: true,
        maybeApplied: true,
        table: 'temp',
        partitionIndex: 0,
        server: '127.0.0.1:34801',
        attempts: 3,
        cause,
      },
    )
    const plain = new PegasusError('ERR_BUSY', 'slow down')
    assert.deepEqual({ ...plain }, { code: 'ERR_BUSY', retryable: false, maybeApplied: false })
  })
})

describe('the stack of an error', () => {
  async function openTheWrongTable() {
    await w.client.openTable('missing')
  }
  async function readAfterTheEnd() {
    const client = await w.connect()
    const table = await client.openTable('temp')
    await client.close()
    await table.get('h', 's')
  }
  async function scanAfterTheEnd() {
    const scanner = w.table.getScanner('h')
    await scanner.close()
    for await (const _ of scanner) assert.fail('a closed scanner has no rows')
  }
  async function passAWrongOption() {
    await w.table.get('h', 's', { timeoutMs: -1 })
  }
  async function connectToNobody() {
    await PegasusClient.connect({ metaServers: await deadAddress(), timeoutMs: 300 })
  }
  for (const caller of [
    openTheWrongTable,
    readAfterTheEnd,
    scanAfterTheEnd,
    passAWrongOption,
    connectToNobody,
  ]) {
    it(`names its caller: ${caller.name}`, async () => {
      const { stack } = (await rejection(caller())) as Error
      assert.match(stack ?? '', new RegExp(`at (async )?${caller.name} \\(.*errors\\.test\\.ts`))
    })
  }

  it('starts with the name and the message', async () => {
    const error = await pegasusError(openTheWrongTable())
    assert.match(error.stack ?? '', /PegasusError.*: .*missing/)
  })

  it('does not begin inside this package: the first frame is the method that was called', async () => {
    const { stack = '' } = await pegasusError(openTheWrongTable())
    const frames = stack.split('\n').filter((line) => /^\s+at /.test(line))
    assert.match(frames[0] ?? '', /at (async )?PegasusClient\.openTable/, stack)
  })
})

describe('an operation that failed', () => {
  let proxy: ClusterProxy
  let client: PegasusClient
  let table: Table
  before(async () => {
    proxy = await ClusterProxy.start(w.cluster.metaServers[0] as string)
    client = await PegasusClient.connect({ metaServers: proxy.address })
    table = await client.openTable('temp', { timeoutMs: 150 })
  })
  after(async () => {
    await client?.close()
    await proxy?.close()
  })

  it('tells the table, the partition, the server and how often it was tried', async () => {
    proxy.onReplicaReply = () => {}
    const error = await pegasusError(table.get('h', 's'))
    assert.equal(error.code, 'ERR_TIMEOUT')
    assert.equal(error.table, 'temp')
    const { partitionIndex = -1, attempts = 0, server = '' } = error
    assert.ok(Number.isInteger(partitionIndex) && partitionIndex >= 0 && partitionIndex < 8)
    assert.ok(Number.isInteger(attempts) && attempts >= 1)
    assert.match(server, /^127\.0\.0\.1:\d+$/)
  })

  it('counts its attempts', async () => {
    proxy.onReplicaReply = (_, to) => void to.resetAndDestroy()
    const error = await pegasusError(table.get('h', 's'))
    assert.ok((error.attempts ?? 0) > 1, `${error.attempts}`)
    assert.equal(error.retryable, true)
  })

  it('was maybe applied only when it is a write', async () => {
    proxy.onReplicaReply = () => {}
    const key = 'maybe'
    const [get, scan, set, multiSet, remove, multiDel] = await Promise.all(
      [
        table.get(key, 's'),
        table.getScanner(key, '', '', { timeoutMs: 150 }).next(),
        table.set(key, 's', 'v'),
        table.multiSet(key, { s: 'v' }),
        table.remove(key, 's'),
        table.multiDel(key, ['s']),
      ].map(pegasusError),
    )
    assert.deepEqual([get?.maybeApplied, scan?.maybeApplied], [false, false])
    for (const write of [set, multiSet, remove, multiDel]) assert.equal(write?.maybeApplied, true)
  })

  it('does not show values or keys', async () => {
    proxy.onReplicaReply = () => {}
    const error = await pegasusError(table.set('secret-key', 'secret-sort', 'secret-value'))
    assert.doesNotMatch(inspect(error), /secret/)
  })
})

describe('wrong arguments', () => {
  it('are TypeErrors and RangeErrors with a code, not PegasusErrors', async () => {
    // @ts-expect-error the test is about the wrong type
    const type = (await rejection(w.table.get(42, 's'))) as Error & { code: string }
    const range = (await rejection(w.table.get('h', 's', { timeoutMs: 0 }))) as Error & { code: string }
    assert.ok(type instanceof TypeError && !(type instanceof PegasusError))
    assert.ok(range instanceof RangeError)
    assert.deepEqual([type.code, range.code], ['ERR_INVALID_ARGUMENT', 'ERR_INVALID_ARGUMENT'])
  })

  it('classes that only the client makes are not made with new', () => {
    for (const Class of [PegasusClient, Table, Scanner] as unknown as (new () => unknown)[]) {
      assert.throws(() => new Class(), {
        name: 'TypeError',
        code: 'ERR_INVALID_ARGUMENT',
        message: /not made with new/,
      })
    }
  })
})
