import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { PegasusClient, type Table } from 'pegasus-client'
import { freshKey, world } from '../support/cluster'
import { ClusterProxy, honest, silentAfterConnect } from '../support/proxy'
import { numberedRows } from '../support/rows'
import { rejection, timed, until } from '../support/wait'

const w = world()

/** Every operation that takes a signal. */
const OPERATIONS: Record<string, (table: Table, key: string, signal: AbortSignal) => Promise<unknown>> = {
  get: (table, key, signal) => table.get(key, 's', { signal }),
  set: (table, key, signal) => table.set(key, 's', 'v', { signal }),
  remove: (table, key, signal) => table.remove(key, 's', { signal }),
  exist: (table, key, signal) => table.exist(key, 's', { signal }),
  ttl: (table, key, signal) => table.ttl(key, 's', { signal }),
  multiSet: (table, key, signal) => table.multiSet(key, { s: 'v' }, { signal }),
  multiGet: (table, key, signal) => table.multiGet(key, null, { signal }),
  multiGetOpt: (table, key, signal) => table.multiGetOpt(key, '', '', { signal }),
  multiDel: (table, key, signal) => table.multiDel(key, ['s'], { signal }),
  sortKeyCount: (table, key, signal) => table.sortKeyCount(key, { signal }),
  getSortKeys: (table, key, signal) => table.getSortKeys(key, { signal }),
  'next of a scanner': (table, key, signal) => table.getScanner(key, '', '', { signal }).next(),
  'nextBatch of an unordered scanner': async (table, _, signal) =>
    table.getUnorderedScanners(1, { signal })[0]?.nextBatch(),
}

describe('a signal', () => {
  for (const [name, operation] of Object.entries(OPERATIONS)) {
    it(`that was aborted before: ${name} rejects with its reason and sends nothing`, async () => {
      const key = freshKey()
      const reason = new Error('too late')
      const error = await rejection(operation(w.table, key, AbortSignal.abort(reason)))
      assert.equal(error, reason)
      assert.equal(await w.table.exist(key, 's'), false)
    })

    it(`that is never aborted changes nothing for ${name}`, async () => {
      const { signal } = new AbortController()
      await operation(w.table, freshKey(), signal)
    })
  }

  it('rejects with whatever its reason is', async () => {
    for (const reason of ['a string', 42, null, { code: 'MINE' }, Symbol('reason')]) {
      assert.equal(await rejection(w.table.get('h', 's', { signal: AbortSignal.abort(reason) })), reason)
    }
  })

  it('without a reason of the caller gives the AbortError of the platform', async () => {
    await assert.rejects(w.table.get('h', 's', { signal: AbortSignal.abort() }), { name: 'AbortError' })
  })

  it('aborted after the answer has no effect', async () => {
    const key = freshKey()
    await w.table.set(key, 's', 'v')
    const controller = new AbortController()
    const value = await w.table.get(key, 's', { signal: controller.signal })
    controller.abort(new Error('too late'))
    assert.equal(String(value), 'v')
    assert.equal(String(await w.table.get(key, 's')), 'v')
  })

  it('may serve many calls, one after the other, without piling up listeners', async () => {
    const { signal } = new AbortController()
    let listeners = 0
    const [add, remove] = [signal.addEventListener, signal.removeEventListener]
    signal.addEventListener = function (this: AbortSignal, ...args: Parameters<typeof add>) {
      listeners++
      return add.apply(this, args)
    } as typeof add
    signal.removeEventListener = function (this: AbortSignal, ...args: Parameters<typeof remove>) {
      listeners--
      return remove.apply(this, args)
    } as typeof remove
    for (let turn = 0; turn < 100; turn++) await w.table.exist('h', 's', { signal })
    assert.equal(listeners, 0)
  })

  it('may serve hundreds of calls at once, without a warning about its listeners', async () => {
    const warnings: Error[] = []
    const onWarning = (warning: Error) => void warnings.push(warning)
    process.on('warning', onWarning)
    const { signal } = new AbortController()
    await Promise.all(Array.from({ length: 300 }, () => w.table.exist('h', 's', { signal })))
    // Warnings come a tick later.
    await new Promise(setImmediate)
    process.off('warning', onWarning)
    assert.deepEqual(warnings, [])
  })

  it('ends all calls that share it', async () => {
    const controller = new AbortController()
    const reason = new Error('all of you')
    const calls = Array.from({ length: 100 }, (_, n) =>
      w.table.get('h', String(n), { signal: controller.signal }),
    )
    controller.abort(reason)
    const results = await Promise.allSettled(calls)
    assert.ok(results.every((result) => result.status === 'rejected' && result.reason === reason))
  })
})

describe('while the servers say nothing', () => {
  let proxy: ClusterProxy
  let client: PegasusClient
  let table: Table
  before(async () => {
    proxy = await ClusterProxy.start(w.cluster.metaServers[0] as string)
    client = await PegasusClient.connect({ metaServers: proxy.address, timeoutMs: 60_000 })
    table = await client.openTable('temp')
  })
  after(async () => {
    await client?.close()
    await proxy?.close()
  })

  for (const [name, operation] of Object.entries(OPERATIONS)) {
    it(`${name} in flight ends at once with the reason`, async () => {
      let swallowed = 0
      proxy.onReplicaReply = () => void swallowed++
      const controller = new AbortController()
      const reason = new Error('changed my mind')
      const running = rejection(operation(table, freshKey(), controller.signal))
      await until('the answer was swallowed', () => swallowed > 0)
      const took = await timed(async () => {
        controller.abort(reason)
        assert.equal(await running, reason)
      })
      assert.ok(took < 500, `${took} ms`)
    })
  }

  it('AbortSignal.timeout works as a deadline', async () => {
    proxy.onReplicaReply = () => {}
    const took = await timed(() =>
      assert.rejects(table.get('h', 's', { signal: AbortSignal.timeout(100) }), { name: 'TimeoutError' }),
    )
    assert.ok(took >= 95 && took < 1000, `${took} ms`)
  })

  it('timeoutMs of a call is its deadline', async () => {
    proxy.onReplicaReply = () => {}
    const took = await timed(() =>
      assert.rejects(table.get('h', 's', { timeoutMs: 100 }), { name: 'PegasusError', code: 'ERR_TIMEOUT' }),
    )
    assert.ok(took >= 95 && took < 1000, `${took} ms`)
  })

  it('the deadline of a batch ends a scan step, and the next step goes on when servers are back', async () => {
    proxy.onReplicaReply = honest
    const key = freshKey()
    await table.multiSet(key, numberedRows(30))
    const scanner = table.getScanner(key, '', '', { batchSize: 10, timeoutMs: 200 })
    const first = await scanner.nextBatch()
    proxy.onReplicaReply = () => {}
    await assert.rejects(scanner.nextBatch(), { name: 'PegasusError', code: 'ERR_TIMEOUT' })
    proxy.onReplicaReply = honest
    const rest = []
    for await (const { sortKey } of scanner) rest.push(String(sortKey))
    assert.equal(first?.length, 10)
    assert.deepEqual(
      rest,
      numberedRows(20, 10).map(([sortKey]) => sortKey),
    )
  })

  it('close does not wait for calls that were aborted', async () => {
    proxy.onReplicaReply = honest
    const own = await PegasusClient.connect({ metaServers: proxy.address, timeoutMs: 60_000 })
    const ownTable = await own.openTable('temp')
    let swallowed = 0
    proxy.onReplicaReply = () => void swallowed++
    const controller = new AbortController()
    const call = rejection(ownTable.get('h', 's', { signal: controller.signal }))
    await until('the answer was swallowed', () => swallowed > 0)
    controller.abort('enough')
    assert.equal(await call, 'enough')
    const took = await timed(() => own.close())
    assert.ok(took < 2000, `${took} ms`)
  })

  it('late answers to aborted calls reach nobody else', async () => {
    proxy.onReplicaReply = honest
    const key = freshKey()
    await table.multiSet(key, { a: 'of a', b: 'of b' })
    const held: (() => void)[] = []
    proxy.onReplicaReply = (reply, to) => void held.push(() => to.write(reply))
    const controller = new AbortController()
    const aborted = Array.from({ length: 50 }, () =>
      rejection(table.get(key, 'a', { signal: controller.signal })),
    )
    await until('the answers are held back', () => held.length === 50)
    controller.abort('enough')
    assert.deepEqual(new Set(await Promise.all(aborted)), new Set(['enough']))
    proxy.onReplicaReply = honest
    const later = Array.from({ length: 50 }, () => table.get(key, 'b'))
    for (const release of held) release()
    assert.deepEqual(new Set((await Promise.all(later)).map(String)), new Set(['of b']))
  })
})

describe('after thousands of cancelled calls', () => {
  it('the client works as before, and each answer goes where it belongs', async () => {
    const key = freshKey()
    await w.table.multiSet(key, numberedRows(100))
    for (let turn = 0; turn < 20; turn++) {
      const controller = new AbortController()
      const cancelled = Array.from({ length: 200 }, () =>
        rejection(w.table.get(key, 'x', { signal: controller.signal })),
      )
      const kept = numberedRows(100).map(async ([sortKey, value]) => {
        assert.equal(String(await w.table.get(key, sortKey)), value)
      })
      controller.abort(turn)
      assert.deepEqual(new Set(await Promise.all(cancelled)), new Set([turn]))
      await Promise.all(kept)
    }
  })

  it('aborted at every moment of a call, it is answered once: by the value or by the reason', async () => {
    const key = freshKey()
    await w.table.set(key, 's', 'v')
    const outcomes = { value: 0, reason: 0 }
    for (let turn = 0; turn < 300; turn++) {
      const controller = new AbortController()
      const call = w.table.get(key, 's', { signal: controller.signal })
      const abort = () => controller.abort('reason')
      if (turn % 3 === 0) setImmediate(abort)
      else if (turn % 3 === 1) queueMicrotask(abort)
      else setTimeout(abort, 1)
      const [{ status, ...rest }] = (await Promise.allSettled([call])) as [
        PromiseSettledResult<Buffer | null>,
      ]
      if (status === 'fulfilled') {
        assert.equal(String((rest as PromiseFulfilledResult<Buffer>).value), 'v')
        outcomes.value++
      } else {
        assert.equal((rest as PromiseRejectedResult).reason, 'reason')
        outcomes.reason++
      }
    }
    assert.equal(outcomes.value + outcomes.reason, 300)
    assert.ok(outcomes.reason >= 100, 'those aborted in a microtask never saw an answer')
  })
})

describe('a meta server that falls silent', () => {
  let silent: ClusterProxy
  before(async () => {
    silent = await silentAfterConnect(w.cluster.metaServers[0] as string)
  })
  after(() => silent?.close())

  it('openTable ends at its deadline', async () => {
    const client = await PegasusClient.connect({ metaServers: silent.address })
    const took = await timed(() =>
      assert.rejects(client.openTable('temp', { timeoutMs: 200 }), {
        name: 'PegasusError',
        code: 'ERR_TIMEOUT',
        table: 'temp',
        retryable: true,
        maybeApplied: false,
      }),
    )
    assert.ok(took >= 195 && took < 1000, `${took} ms`)
    await client.close()
  })

  it('close waits for what is in flight, but not beyond its deadline', async () => {
    const client = await PegasusClient.connect({ metaServers: silent.address })
    const opening = rejection(client.openTable('temp', { timeoutMs: 200 }))
    const took = await timed(() => client.close())
    assert.ok(took < 1000, `${took} ms`)
    assert.match(((await opening) as { code: string }).code, /^ERR_(TIMEOUT|CLIENT_CLOSED)$/)
  })
})
