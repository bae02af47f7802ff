import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { BatchOutcome } from 'pegasus-client'
import { freshKey, world } from '../support/cluster'

const w = world({ tables: { temp: 8, three: 3 } })

const numbers = (count: number) => Array.from({ length: count }, (_, number) => number)
const TOO_LARGE = Buffer.alloc(1_100_000)
const ok = { ok: true }

/** `ok` or the error code of each outcome. */
const codes = (outcomes: BatchOutcome[]) =>
  outcomes.map((outcome) => (outcome.ok ? 'ok' : outcome.error.code))

describe('batchGet', () => {
  it('gives values in the order of the keys, and null where there is none', async () => {
    const key = freshKey()
    await w.table.multiSet(key, { a: '1', b: '' })
    await w.table.set(`${key}-other`, 'c', '3')
    const values = await w.table.batchGet([
      [`${key}-other`, 'c'],
      [key, 'missing'],
      [key, 'b'],
      [key, 'a'],
      [`${key}-missing`, 'a'],
    ])
    assert.deepEqual(values, [Buffer.from('3'), null, Buffer.alloc(0), Buffer.from('1'), null])
  })

  it('reads 101 rows of all partitions', async () => {
    const key = freshKey()
    const keys = numbers(101).map((number): [string, string] => [`${key}-${number}`, 'sort'])
    const written = await w.table.batchSet(keys.map(([hash, sort]) => [hash, sort, `value of ${hash}`]))
    assert.deepEqual(written, Array(101).fill(ok))
    const values = await w.table.batchGet(keys)
    assert.deepEqual(
      values.map(String),
      keys.map(([hash]) => `value of ${hash}`),
    )
  })

  it('finds 100 rows between 6 that are missing', async () => {
    const key = freshKey()
    await w.table.multiSet(
      key,
      numbers(100).map((number) => [`${number}`, `value ${number}`]),
    )
    const asked = numbers(106).map((number): [string, string] => [key, `${number}`])
    const values = await w.table.batchGet(asked.reverse())
    assert.deepEqual(values.slice(0, 6), Array(6).fill(null))
    assert.deepEqual(
      values.slice(6).map(String),
      numbers(100)
        .map((number) => `value ${number}`)
        .reverse(),
    )
  })

  it('gives a row as often as it is asked for', async () => {
    const key = freshKey()
    await w.table.set(key, 's', 'v')
    const values = await w.table.batchGet(Array(5).fill([key, 's']))
    assert.deepEqual(values.map(String), Array(5).fill('v'))
  })

  it('tells keys apart that are the same text, or no text at all', async () => {
    const key = Buffer.from(freshKey())
    // As text all of these are the same replacement character.
    const tails = [[0xff], [0xfe], [0xc3], [0x80], [0xef, 0xbf, 0xbd]].map((bytes) => Buffer.from(bytes))
    const keys = tails.flatMap((hash) =>
      tails.map((sort): [Buffer, Buffer] => [Buffer.concat([key, hash]), sort]),
    )
    await w.table.batchSet(keys.map(([hash, sort], number) => [hash, sort, `value ${number}`]))
    const values = await w.table.batchGet(keys)
    assert.deepEqual(
      values.map(String),
      keys.map((_, number) => `value ${number}`),
    )
    // The same bytes, divided elsewhere, are other keys.
    assert.deepEqual(await w.table.batchGet([[Buffer.concat([key, Buffer.from([0xff, 0xff])]), '']]), [null])
  })

  it('takes empty hash keys, whose rows lie in all partitions', async () => {
    const keys = numbers(40).map((number): [string, string] => ['', freshKey(`empty-${number}`)])
    await w.table.batchSet(keys.map(([hash, sort]) => [hash, sort, `value of ${sort}`]))
    const values = await w.table.batchGet(keys)
    assert.deepEqual(
      values.map(String),
      keys.map(([, sort]) => `value of ${sort}`),
    )
    assert.deepEqual(await w.table.batchDel(keys), Array(40).fill(ok))
  })

  it('reads thousands of rows, and large ones', async () => {
    const table = await w.client.openTable('three')
    const key = freshKey()
    const keys = numbers(5000).map((number): [string, string] => [`${key}-${number % 700}`, `${number}`])
    const value = (number: number) => Buffer.alloc(number % 500 === 0 ? 500_000 : 20, `${number} `)
    const written = await table.batchSet(keys.map(([hash, sort], number) => [hash, sort, value(number)]))
    assert.ok(written.every((outcome) => outcome.ok))
    const values = await table.batchGet(keys)
    assert.equal(values.length, keys.length)
    values.forEach((read, number) => {
      assert.ok(read?.equals(value(number)), `row ${number}`)
    })
  })

  it('takes any iterable of keys', async () => {
    const key = freshKey()
    await w.table.set(key, 's', 'v')
    const values = await w.table.batchGet(new Map([[key, 's']]))
    assert.deepEqual(values.map(String), ['v'])
  })
})

describe('batchSet', () => {
  it('writes what it can and says which row it could not', async () => {
    const key = freshKey()
    const outcomes = await w.table.batchSet([
      [key, 'first', '1'],
      [key, 'too large', TOO_LARGE],
      [`${key}-other`, 'last', '3'],
    ])
    assert.deepEqual(codes(outcomes), ['ok', 'ERR_INVALID_ARGUMENT', 'ok'])
    const failed = outcomes[1]
    assert.ok(failed !== undefined && !failed.ok)
    assert.equal(failed.error.name, 'PegasusError')
    assert.equal(failed.error.maybeApplied, false)
    assert.match(failed.error.stack ?? '', /at Table\.batchSet /)
    const values = await w.table.batchGet([
      [key, 'first'],
      [key, 'too large'],
      [`${key}-other`, 'last'],
    ])
    assert.deepEqual(
      values.map((value) => value?.toString()),
      ['1', undefined, '3'],
    )
  })

  it('gives all its rows the same time to live', async () => {
    const key = freshKey()
    await w.table.batchSet(
      [
        [key, 'a', '1'],
        [key, 'b', '2'],
      ],
      { ttlSeconds: 60 },
    )
    for (const sortKey of ['a', 'b']) {
      const seconds = (await w.table.ttl(key, sortKey)) ?? 0
      assert.ok(seconds >= 58 && seconds <= 60, `${seconds}`)
    }
  })
})

describe('batchDel', () => {
  it('removes rows, and does not mind those that were not there', async () => {
    const key = freshKey()
    await w.table.batchSet([
      [key, 'a', '1'],
      [`${key}-other`, 'b', '2'],
      [key, 'stays', '3'],
    ])
    const outcomes = await w.table.batchDel([
      [key, 'a'],
      [key, 'missing'],
      [`${key}-other`, 'b'],
    ])
    assert.deepEqual(outcomes, [ok, ok, ok])
    const left = await w.table.batchGet([
      [key, 'a'],
      [`${key}-other`, 'b'],
      [key, 'stays'],
    ])
    assert.deepEqual(left, [null, null, Buffer.from('3')])
  })
})

describe('batches of a closed client', () => {
  it('reject as a whole where they read, and for each row where they write', async () => {
    const client = await w.connect()
    const table = await client.openTable('temp')
    await client.close()
    await assert.rejects(table.batchGet([['h', 's']]), { code: 'ERR_CLIENT_CLOSED' })
    assert.deepEqual(
      codes(
        await table.batchSet([
          ['h', 's', 'v'],
          ['h', 't', 'v'],
        ]),
      ),
      ['ERR_CLIENT_CLOSED', 'ERR_CLIENT_CLOSED'],
    )
    assert.deepEqual(codes(await table.batchDel([['h', 's']])), ['ERR_CLIENT_CLOSED'])
  })
})
