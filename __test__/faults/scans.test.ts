import assert from 'node:assert/strict'
import { afterEach, before, describe, it } from 'node:test'
import type { Scanner } from 'pegasus-client'
import { world } from '../support/cluster'
import { until } from '../support/wait'

const ROWS = 400

const w = world({ tables: { temp: 4 } })

afterEach(() => w.cluster.healAll())

const names = Array.from({ length: ROWS }, (_, at) => `row-${String(at).padStart(3, '0')}`)

/** Reads to the end, and disturbs the cluster after each hundred rows. */
async function rowsOf(scanner: Scanner, disturb: (round: number) => Promise<unknown>): Promise<string[]> {
  const found: string[] = []
  for await (const { hashKey } of scanner) {
    found.push(hashKey.toString())
    if (found.length % 100 === 0) await disturb(found.length / 100)
  }
  return found.sort()
}

function wholeTable(): Scanner {
  const [scanner] = w.table.getUnorderedScanners(1, { batchSize: 7, timeoutMs: 10_000 })
  assert.ok(scanner !== undefined)
  return scanner
}

describe('a scan of a table gives each row once', () => {
  before(async () => {
    await Promise.all(names.map((name) => w.table.set(name, 's', 'v')))
  })

  it('while servers go and others take over', async () => {
    const found = await rowsOf(wholeTable(), async (round) => {
      await w.cluster.healAll()
      await w.cluster.stopServer(w.cluster.replicaServers[round % 3] as string)
    })
    assert.deepEqual(found, names)
  })

  it('while servers forget what they were asked', async () => {
    const found = await rowsOf(wholeTable(), async () => {
      for (const server of w.cluster.replicaServers) {
        await w.cluster.stopServer(server, { failoverAfterMs: null })
        await w.cluster.startServer(server)
      }
    })
    assert.deepEqual(found, names)
  })

  it('while primaries move', async () => {
    const found = await rowsOf(wholeTable(), async () => {
      for (let index = 0; index < 4; index++) await w.cluster.movePrimary('temp', index)
    })
    assert.deepEqual(found, names)
  })

  it('while its partitions are split', async () => {
    const found = await rowsOf(wholeTable(), async (round) => {
      if (round !== 1) return
      await w.cluster.splitTable('temp')
      await until('all halves are there', () => w.cluster.primary('temp', 7).then(Boolean, () => false))
    })
    assert.deepEqual(found, names)
    assert.equal(w.table.partitionCount, 8)
  })
})
