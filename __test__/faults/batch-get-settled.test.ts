import assert from 'node:assert/strict'
import { afterEach, before, describe, it } from 'node:test'
import { type BatchGetOutcome, PegasusError, type Table } from 'pegasus-client'
import { world } from '../support/cluster'
import { rejection } from '../support/wait'

/** Three servers, each of which leads partitions of the table. */
const w = world({ tables: { temp: 6 } })

/** Keys of all partitions. Every second one has a row, whose value is the hash key. */
const keys = Array.from({ length: 100 }, (_, at) => [`k${at}`, 's'] as const)
const hasRow = (at: number) => at % 2 === 0

afterEach(() => w.cluster.healAll())

/** Which of the keys lie in partitions that this server leads: a rule counts the reads that it gets. */
async function ledBy(server: string): Promise<boolean[]> {
  const fault = w.cluster.addFault({ rpc: 'get', server, reaction: { delayMs: 0 } })
  const led: boolean[] = []
  for (const [hashKey, sortKey] of keys) {
    const { hits } = fault
    await w.table.get(hashKey, sortKey)
    led.push(fault.hits > hits)
  }
  fault.remove()
  return led
}

async function leader(): Promise<string> {
  const server = await w.cluster.primary('temp', 0)
  assert.ok(server !== null)
  return server
}

function expected(at: number): BatchGetOutcome {
  return { ok: true, value: hasRow(at) ? Buffer.from(`k${at}`) : null }
}

/** Asserts that exactly the lost keys have errors, and gives those. */
function assertSettled(outcomes: BatchGetOutcome[], lost: boolean[]): PegasusError[] {
  const errors: PegasusError[] = []
  for (const [at, outcome] of outcomes.entries()) {
    if (!lost[at]) assert.deepEqual(outcome, expected(at))
    else {
      assert.ok(!outcome.ok && outcome.error instanceof PegasusError, `key ${at}`)
      errors.push(outcome.error)
    }
  }
  assert.equal(outcomes.length, lost.length)
  return errors
}

describe('batchGetSettled', () => {
  before(() =>
    Promise.all(keys.filter((_, at) => hasRow(at)).map(([key, sort]) => w.table.set(key, sort, key))),
  )

  it('gives all values in order when all is well, as batchGet does', async () => {
    const outcomes = await w.table.batchGetSettled(keys)
    assert.deepEqual(
      outcomes,
      keys.map((_, at) => expected(at)),
    )
    const twice = await w.table.batchGetSettled([
      ['k0', 's'],
      ['k1', 's'],
      ['k0', 's'],
    ])
    assert.deepEqual(twice, [expected(0), expected(1), expected(0)])
  })

  it('has the values of two servers while the third one is gone, and says of the rest what failed where', async () => {
    const server = await leader()
    const lost = await ledBy(server)
    assert.ok(lost.includes(true) && lost.includes(false))
    await w.cluster.stopServer(server, { failoverAfterMs: null })
    const requests = w.cluster.addFault({ rpc: 'batch_get', reaction: { delayMs: 0 } })
    async function theCaller(table: Table) {
      return await table.batchGetSettled(keys, { timeoutMs: 700 })
    }
    const outcomes = await theCaller(w.table)
    // Each partition of the two other servers was asked once.
    const partitions = new Set<number>()
    for (const error of assertSettled(outcomes, lost)) {
      assert.equal(error.code, 'ERR_TIMEOUT')
      assert.match(error.message, /^no result within 700ms; the last attempt failed: /)
      assert.deepEqual([error.table, error.server], ['temp', server])
      assert.deepEqual([error.retryable, error.maybeApplied], [true, false])
      assert.ok((error.attempts ?? 0) > 1)
      assert.match(error.stack ?? '', /at (async )?Table\.batchGetSettled .*at async theCaller /s)
      partitions.add(error.partitionIndex as number)
    }
    assert.equal(requests.hits, 6 - partitions.size)
    // As ever: all or nothing.
    const all = await rejection(w.table.batchGet(keys, { timeoutMs: 300 }))
    assert.equal((all as PegasusError).code, 'ERR_TIMEOUT')
  })

  it('keeps its deadline when a server is silent, and gives what the others answered', async () => {
    const server = await leader()
    const lost = await ledBy(server)
    const silence = w.cluster.addFault({ rpc: 'batch_get', server, reaction: { drop: true } })
    const outcomes = await w.table.batchGetSettled(keys, { timeoutMs: 400 })
    const errors = assertSettled(outcomes, lost)
    for (const error of errors) {
      assert.equal(error.message, 'no answer within 400ms')
      assert.deepEqual([error.server, error.attempts], [server, 1])
    }
    // Errors are told apart: one of a key may be changed or kept without another.
    assert.equal(new Set(errors).size, errors.length)
    silence.remove()
  })

  it('fails the keys of a request that is refused, and no others', async () => {
    const refusal = w.cluster.addFault({
      rpc: 'batch_get',
      partitionIndex: 2,
      reaction: { error: 'ERR_ACL_DENY' },
    })
    const outcomes = await w.table.batchGetSettled(keys)
    const failed = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.error]))
    assert.ok(failed.length > 0 && failed.length < 50)
    for (const error of failed) {
      assert.deepEqual([error.code, error.partitionIndex], ['ERR_ACL_DENY', 2])
    }
    assertSettled(
      outcomes,
      outcomes.map((outcome) => !outcome.ok),
    )
    refusal.remove()
  })

  it('refuses a bad key as a whole, before anything is sent', async () => {
    const requests = w.cluster.addFault({ rpc: 'batch_get', reaction: { delayMs: 0 } })
    const long = Buffer.alloc(65_535)
    const bad = await rejection(w.table.batchGetSettled([...keys, [long, 's']]))
    assert.ok(bad instanceof RangeError)
    assert.equal((bad as RangeError & { code: string }).code, 'ERR_INVALID_ARGUMENT')
    assert.match(bad.message, /^the hashKey of keys\[100\] must be shorter than 65535 bytes/)
    const empty = await rejection(w.table.batchGetSettled([]))
    assert.match((empty as RangeError).message, /^keys must not be empty/)
    assert.equal(requests.hits, 0)
    requests.remove()
  })

  it('rejects as a whole when it is aborted, and after the client was closed', async () => {
    const silence = w.cluster.addFault({ rpc: 'batch_get', reaction: { drop: true } })
    const reason = new Error('enough')
    const abort = new AbortController()
    const call = w.table.batchGetSettled(keys, { signal: abort.signal })
    abort.abort(reason)
    assert.equal(await rejection(call), reason)
    silence.remove()
    const client = await w.connect()
    const table = await client.openTable('temp')
    await client.close()
    const outcomes = await table.batchGetSettled(keys)
    const codes = new Set(outcomes.map((outcome) => !outcome.ok && outcome.error.code))
    assert.deepEqual(codes, new Set(['ERR_CLIENT_CLOSED']))
  })
})
