import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { type CountProgress, FilterType, type Table } from 'pegasus-client'
import { world } from '../support/cluster'
import { numberedRows } from '../support/rows'

const PARTITIONS = { one: 1, three: 3, eight: 8, twenty: 20 }
const HASH_KEYS = 40
const ROWS = 30

const w = world({ tables: { temp: 8, empty: 4, ...PARTITIONS } })

async function fill(table: Table): Promise<void> {
  const users = Array.from({ length: HASH_KEYS }, (_, number) => `user-${number}`)
  await Promise.all(users.map((user) => table.multiSet(user, numberedRows(ROWS))))
}

describe('count', () => {
  for (const [name, partitions] of Object.entries(PARTITIONS)) {
    it(`counts the rows of a table of ${partitions} partitions, and says how far it is`, async () => {
      const table = await w.client.openTable(name)
      await fill(table)
      const seen: CountProgress[] = []
      const rows = await table.count({ onProgress: (progress) => seen.push(progress), batchSize: 100 })
      assert.equal(rows, HASH_KEYS * ROWS)
      assert.equal(await table.count(), rows)
      assert.deepEqual(
        seen.map(({ partitionsDone }) => partitionsDone),
        Array.from({ length: partitions }, (_, index) => index + 1),
      )
      assert.ok(seen.every((progress) => progress.partitions === partitions))
      assert.deepEqual(
        seen.map((progress) => progress.rows),
        seen.map((progress) => progress.rows).sort((a, b) => a - b),
      )
      assert.equal(seen.at(-1)?.rows, rows)
    })
  }

  it('is 0 for a table without rows', async () => {
    const table = await w.client.openTable('empty')
    assert.equal(await table.count(), 0)
  })
})

describe('a count of some rows', () => {
  before(() => fill(w.table))

  it('goes by filters of both keys', async () => {
    const hashKeyFilterType = FilterType.MatchPrefix
    // user-1 and user-10 to user-19.
    const ones = { hashKeyFilterType, hashKeyFilterPattern: 'user-1' }
    assert.equal(await w.table.count(ones), 11 * ROWS)
    const endsIn7 = { sortKeyFilterType: FilterType.MatchPostfix, sortKeyFilterPattern: '7' }
    assert.equal(await w.table.count({ ...ones, ...endsIn7 }), 11 * 3)
    assert.equal(await w.table.count({ hashKeyFilterType, hashKeyFilterPattern: 'nobody' }), 0)
  })

  it('does not count what has expired or was removed', async () => {
    const before = await w.table.count()
    await w.table.set('more', 's', 'v')
    assert.equal(await w.table.count(), before + 1)
    await w.table.remove('more', 's')
    assert.equal(await w.table.count(), before)
  })

  it('ends with what its listener throws, and the client goes on', async () => {
    const reason = new Error('enough')
    let calls = 0
    const onProgress = () => {
      calls++
      throw reason
    }
    await assert.rejects(w.table.count({ onProgress }), reason)
    assert.equal(await w.table.count(), HASH_KEYS * ROWS)
    assert.equal(calls, 1)
  })

  it('ends with the reason of its signal, and says nothing more', async () => {
    const controller = new AbortController()
    let calls = 0
    const onProgress = () => {
      calls++
      controller.abort(new Error('stop'))
    }
    await assert.rejects(w.table.count({ onProgress, signal: controller.signal }), /stop/)
    assert.equal(await w.table.count(), HASH_KEYS * ROWS)
    assert.equal(calls, 1)
  })
})
