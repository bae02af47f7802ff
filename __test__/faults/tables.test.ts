import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import { PegasusError, type Table, type TableLayout } from 'pegasus-client'
import { world } from '../support/cluster'
import { rejection, until } from '../support/wait'

const w = world({ tables: { temp: 4 } })

afterEach(() => w.cluster.healAll())

/** Writes rows one after the other until it is stopped; returns the acknowledged ones. */
class Load {
  readonly written: string[] = []
  #isOver = false
  readonly #done: Promise<void>

  constructor(table: Table) {
    this.#done = this.#run(table)
  }

  async #run(table: Table): Promise<void> {
    while (!this.#isOver) {
      const key = `row-${this.written.length}`
      await table.set(key, 's', key)
      this.written.push(key)
    }
  }

  async atLeast(rows: number): Promise<void> {
    const enough = this.written.length + rows
    await Promise.race([this.#done, until(`${rows} more rows`, () => this.written.length >= enough, 20_000)])
  }

  async end(): Promise<void> {
    this.#isOver = true
    await this.#done
  }
}

describe('a table under load', () => {
  it('is split, and no row is lost', async () => {
    await w.cluster.createTable('split', 2)
    const table = await w.client.openTable('split')
    const load = new Load(table)
    await load.atLeast(100)
    assert.equal(await w.cluster.splitTable('split'), 4)
    const isWhole = () => w.cluster.primary('split', 3).then(Boolean, () => false)
    await until('both halves are there', isWhole)
    await load.atLeast(100)
    await load.end()
    for (const key of load.written) assert.equal((await table.get(key, 's'))?.toString(), key)
    assert.equal(await table.count(), load.written.length)
    assert.equal(table.partitionCount, 4)
  })

  it('is served while its primaries move and ballots grow', async () => {
    const load = new Load(w.table)
    for (let round = 0; round < 3; round++) {
      for (let index = 0; index < 4; index++) {
        const before = await w.cluster.primary('temp', index)
        const after = await w.cluster.movePrimary('temp', index)
        assert.notEqual(after, before)
        assert.equal(await w.cluster.primary('temp', index), after)
      }
      const ballot = await w.cluster.raiseBallot('temp', 0)
      assert.equal(await w.cluster.raiseBallot('temp', 0), ballot + 1)
      await load.atLeast(50)
    }
    await load.end()
    assert.equal(
      await w.cluster.movePrimary('temp', 0, w.cluster.replicaServers[2]),
      w.cluster.replicaServers[2],
    )
    for (const key of load.written) assert.equal((await w.table.get(key, 's'))?.toString(), key)
  })

  it('is served while one server after the other goes and comes back', async () => {
    const load = new Load(w.table)
    for (const server of w.cluster.replicaServers) {
      await w.cluster.stopServer(server, { failoverAfterMs: 50 })
      await load.atLeast(20)
      await w.cluster.startServer(server)
      await load.atLeast(20)
    }
    await load.end()
    for (const key of load.written) assert.equal((await w.table.get(key, 's'))?.toString(), key)
  })
})

describe('a table of a cluster that was set up again', () => {
  it('has its rows and its id, lower ballots and other primaries', async () => {
    await w.cluster.createTable('rebuilt', 2)
    const table = await w.client.openTable('rebuilt')
    await table.set('k', 's', 'kept')
    for (const index of [0, 1, 0, 1]) await w.cluster.movePrimary('rebuilt', index)
    const before = await w.client.admin.tableLayout('rebuilt')
    await w.cluster.rebuildTable('rebuilt')
    const after = await w.client.admin.tableLayout('rebuilt')
    const ballots = (layout: TableLayout) => layout.partitions.map(({ ballot }) => ballot)
    assert.deepEqual([ballots(before), ballots(after), after.appId], [[5, 5], [1, 1], before.appId])
    for (const [index, { primary, secondaries }] of after.partitions.entries()) {
      assert.notEqual(primary, before.partitions[index]?.primary)
      assert.equal(secondaries.length, 2)
    }
    const client = await w.connect()
    const again = await client.openTable('rebuilt')
    assert.equal((await again.get('k', 's'))?.toString(), 'kept')
    await again.set('k', 's', 'new')
    assert.equal((await again.get('k', 's'))?.toString(), 'new')
    await client.close()
    // The table that was open before follows the lower ballots.
    assert.equal((await table.get('k', 's'))?.toString(), 'new')
    await table.set('k', 's', 'newer')
    assert.equal((await table.get('k', 's'))?.toString(), 'newer')
  })

  it('must exist', async () => {
    const error = await rejection(w.cluster.rebuildTable('none'))
    assert.ok(error instanceof PegasusError)
    assert.equal(error.code, 'ERR_APP_NOT_EXIST')
  })
})

describe('a table that is dropped', () => {
  it('is gone for who has it open', async () => {
    await w.cluster.createTable('gone', 2)
    const table = await w.client.openTable('gone')
    await table.set('k', 's', 'v')
    await w.cluster.dropTable('gone')
    const error = await rejection(table.get('k', 's'))
    assert.ok(error instanceof PegasusError)
    assert.equal(error.code, 'ERR_OBJECT_NOT_FOUND')
    assert.equal(((await rejection(w.client.openTable('gone'))) as PegasusError).code, 'ERR_OBJECT_NOT_FOUND')
  })

  it('can be followed by another one of that name', async () => {
    await w.cluster.createTable('again', 2)
    const old = await w.client.openTable('again')
    await old.set('k', 's', 'old')
    await w.cluster.dropTable('again')
    await w.cluster.createTable('again', 8)
    const table = await w.client.openTable('again')
    assert.notEqual(table.appId, old.appId)
    assert.deepEqual([table.partitionCount, await table.get('k', 's')], [8, null])
    await table.set('k', 's', 'new')
    assert.equal((await table.get('k', 's'))?.toString(), 'new')
  })
})
