import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import type { FaultReaction, PegasusError, Table } from 'pegasus-client'
import { freshKey, world } from '../support/cluster'
import { pegasusError, timed } from '../support/wait'

const w = world({ tables: { temp: 4, other: 4 } })

afterEach(() => w.cluster.clearFaults())

async function text(table: Table, hashKey: string): Promise<string | undefined> {
  return (await table.get(hashKey, 's'))?.toString()
}

describe('an error in place of an answer', () => {
  for (const [error, retryable] of [
    ['ERR_BUSY', true],
    ['ERR_DISK_INSUFFICIENT', true],
    ['ERR_ACL_DENY', false],
    ['ERR_NAME_OF_A_NEWER_SERVER', false],
  ] as const) {
    it(`${error} is handed on`, async () => {
      const key = freshKey()
      const fault = w.cluster.addFault({ rpc: 'put', reaction: { error } })
      const found = await pegasusError(w.table.set(key, 's', 'v'))
      assert.deepEqual([found.code, found.retryable, found.maybeApplied], [error, retryable, false])
      assert.equal(found.table, 'temp')
      assert.equal(fault.hits, 1)
      assert.equal(await text(w.table, key), undefined)
    })
  }

  for (const error of [
    'ERR_INVALID_STATE',
    'ERR_SPLITTING',
    'ERR_NOT_ENOUGH_MEMBER',
    'ERR_CAPACITY_EXCEEDED',
    'ERR_TIMEOUT',
  ] as const) {
    it(`${error} passes while the client tries again`, async () => {
      const key = freshKey()
      const fault = w.cluster.addFault({ rpc: 'put', times: 3, reaction: { error } })
      await w.table.set(key, 's', 'v')
      assert.equal(fault.hits, 3)
      assert.equal(await text(w.table, key), 'v')
    })
  }

  it('ends with the deadline where it does not pass', async () => {
    const fault = w.cluster.addFault({ rpc: 'get', reaction: { error: 'ERR_NOT_ENOUGH_MEMBER' } })
    const error = await pegasusError(w.table.get('k', 's', { timeoutMs: 300 }))
    assert.equal(error.code, 'ERR_TIMEOUT')
    assert.match(error.message, /ERR_NOT_ENOUGH_MEMBER/)
    assert.equal(error.attempts, fault.hits)
  })

  it('can come after the write was made: incr is not sent again, set is', async () => {
    const key = freshKey()
    const reaction = { error: 'ERR_TIMEOUT', carriedOut: true } as const
    const incr = w.cluster.addFault({ rpc: 'incr', times: 1, reaction })
    const error = await pegasusError(w.table.incr(key, 's', 1))
    assert.deepEqual([error.code, error.maybeApplied, incr.hits], ['ERR_TIMEOUT', true, 1])
    assert.equal(await text(w.table, key), '1')

    const put = w.cluster.addFault({ rpc: 'put', times: 1, reaction })
    await w.table.set(key, 's', 'v')
    assert.equal(put.hits, 1)
    assert.equal(await text(w.table, key), 'v')
  })

  it('comes from meta servers too', async () => {
    w.cluster.addFault({ rpc: 'query_cfg', table: 'other', reaction: { error: 'ERR_ACL_DENY' } })
    assert.equal((await pegasusError(w.client.openTable('other'))).code, 'ERR_ACL_DENY')
    await w.client.openTable('temp')
    w.cluster.clearFaults()
    w.cluster.addFault({ rpc: 'query_cfg', times: 2, reaction: { error: 'ERR_SERVICE_NOT_ACTIVE' } })
    await w.client.openTable('other')
  })
})

describe('an answer that does not come', () => {
  it('late is late, and no other call waits for it', async () => {
    const [slow, quick] = [freshKey(), freshKey()]
    w.cluster.addFault({ rpc: 'put', times: 1, reaction: { delayMs: 300 } })
    let isSlowDone = false
    const writing = timed(() => w.table.set(slow, 's', 'v')).finally(() => {
      isSlowDone = true
    })
    await w.table.get(quick, 's')
    assert.equal(await text(w.table, slow), 'v') // made at once
    assert.ok(!isSlowDone)
    assert.ok((await writing) >= 290)
  })

  it('never is the end of the deadline', async () => {
    for (const carriedOut of [false, true]) {
      const key = freshKey()
      const fault = w.cluster.addFault({ rpc: 'put', times: 1, reaction: { drop: true, carriedOut } })
      const error = await pegasusError(w.table.set(key, 's', 'v', { timeoutMs: 200 }))
      assert.deepEqual([error.code, error.maybeApplied, fault.hits], ['ERR_TIMEOUT', true, 1])
      assert.equal(await text(w.table, key), carriedOut ? 'v' : undefined)
    }
  })
})

describe('a connection that ends', () => {
  for (const carriedOut of [false, true]) {
    it(`${carriedOut ? 'after' : 'before'} the write: set is sent again, incr says that it does not know`, async () => {
      const key = freshKey()
      const reaction: FaultReaction = { disconnect: true, carriedOut }
      const put = w.cluster.addFault({ rpc: 'put', times: 1, reaction })
      await w.table.set(key, 's', '1')
      assert.equal(put.hits, 1)

      const incr = w.cluster.addFault({ rpc: 'incr', times: 1, reaction })
      const error = await pegasusError(w.table.incr(key, 's', 1))
      assert.deepEqual([error.code, error.maybeApplied, incr.hits], ['ERR_SESSION_RESET', true, 1])
      assert.equal(await text(w.table, key), carriedOut ? '2' : '1')
    })
  }

  it('costs the other calls on it nothing that they can repeat', async () => {
    const keys = Array.from({ length: 200 }, () => freshKey())
    const fault = w.cluster.addFault({ rpc: 'get', skip: 20, times: 5, reaction: { disconnect: true } })
    const found = await Promise.all(keys.map((key) => w.table.get(key, 's')))
    assert.ok(found.every((value) => value === null))
    assert.equal(fault.hits, 5)
  })
})

describe('an answer that is spoilt', () => {
  it('twice settles its call once', async () => {
    const key = freshKey()
    const fault = w.cluster.addFault({ table: 'temp', reaction: { duplicate: true } })
    assert.equal(await w.table.incr(key, 's', 2), 2n)
    assert.equal(await w.table.incr(key, 's', 2), 4n)
    const read = await Promise.all(Array.from({ length: 100 }, () => text(w.table, key)))
    assert.ok(read.every((value) => value === '4'))
    assert.equal(fault.hits, 102)
  })

  it('is noticed, and asked for on a new connection', async () => {
    const key = freshKey()
    await w.table.set(key, 's', 'v')
    const fault = w.cluster.addFault({ rpc: 'get', times: 2, reaction: { corrupt: true } })
    assert.equal(await text(w.table, key), 'v')
    assert.equal(fault.hits, 2)
  })

  it('of a write that must not be made twice says that it does not know', async () => {
    const key = freshKey()
    w.cluster.addFault({ rpc: 'incr', reaction: { corrupt: true } })
    const error = await pegasusError(w.table.incr(key, 's', 1))
    assert.deepEqual([error.code, error.maybeApplied], ['ERR_INVALID_DATA', true])
    assert.equal(await text(w.table, key), '1')
  })
})

describe('a rule', () => {
  it('takes what its conditions say, and counts it', async () => {
    const other = await w.client.openTable('other')
    const busy = { error: 'ERR_BUSY' } as const
    const fault = w.cluster.addFault({ rpc: 'RPC_RRDB_RRDB_GET', table: 'other', reaction: busy })
    const set = other.set('k', 's', 'v')
    assert.deepEqual([await w.table.get('k', 's'), await set], [null, undefined])
    assert.equal((await pegasusError(other.get('k', 's'))).code, 'ERR_BUSY')
    assert.equal(fault.hits, 1)
  })

  it('for one server or partition leaves the others alone', async () => {
    const server = await w.cluster.primary('temp', 2)
    for (const condition of [{ server }, { partitionIndex: 2 }]) {
      const fault = w.cluster.addFault({ ...condition, rpc: 'get', reaction: { error: 'ERR_BUSY' } })
      const keys = Array.from({ length: 40 }, () => freshKey())
      const outcomes = await Promise.allSettled(keys.map((key) => w.table.get(key, 's')))
      const errors = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []))
      assert.equal(errors.length, fault.hits)
      assert.ok(errors.length > 0 && errors.length < keys.length)
      assert.ok(errors.every((error) => error.server === server))
      fault.remove()
    }
  })

  it('can leave the first ones alone, and stop', async () => {
    w.cluster.addFault({ rpc: 'ttl', skip: 1, times: 2, reaction: { error: 'ERR_BUSY' } })
    const outcomes = []
    for (let n = 0; n < 5; n++) {
      outcomes.push(await w.table.ttl('k', 's').then(String, (error: PegasusError) => error.code))
    }
    assert.deepEqual(outcomes, ['null', 'ERR_BUSY', 'ERR_BUSY', 'null', 'null'])
  })

  it('takes a share that is the same in each run', async () => {
    const run = async (seed: number) => {
      const fault = w.cluster.addFault({ rpc: 'get', share: 0.3, seed, reaction: { error: 'ERR_BUSY' } })
      const taken = []
      for (let n = 0; n < 40; n++) {
        taken.push(
          await w.table.get('k', 's').then(
            () => false,
            () => true,
          ),
        )
      }
      fault.remove()
      return taken
    }
    const [first, second, other] = [await run(7), await run(7), await run(8)]
    assert.deepEqual(first, second)
    assert.notDeepEqual(first, other)
    const hits = first.filter(Boolean).length
    assert.ok(hits > 2 && hits < 25, `${hits}`)
  })

  it('comes before those that were added after it', async () => {
    const first = w.cluster.addFault({ rpc: 'get', times: 1, reaction: { error: 'ERR_ACL_DENY' } })
    const second = w.cluster.addFault({ rpc: 'get', reaction: { error: 'ERR_BUSY' } })
    assert.deepEqual(w.cluster.faults, [first, second])
    assert.equal((await pegasusError(w.table.get('k', 's'))).code, 'ERR_ACL_DENY')
    assert.equal((await pegasusError(w.table.get('k', 's'))).code, 'ERR_BUSY')
    first.remove()
    first.remove()
    assert.deepEqual(w.cluster.faults, [second])
    w.cluster.clearFaults()
    assert.deepEqual(w.cluster.faults, [])
    await w.table.get('k', 's')
    assert.deepEqual([first.hits, second.hits], [1, 1])
  })

  it('shows what it was made of', () => {
    const rule = { rpc: 'put', skip: 3, reaction: { error: 'ERR_BUSY' } } as const
    const fault = w.cluster.addFault(rule)
    assert.deepEqual(fault.rule, rule)
    assert.ok(Object.isFrozen(fault.rule))
  })
})
