import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BackupRequestOptions, Fault, Table } from 'pegasus-client'
import { world } from '../support/cluster'

const w = world({ tables: { temp: 30 } })

afterEach(async () => {
  w.cluster.clearFaults()
  await w.cluster.healAll()
})

/** What was seen of some reads. */
interface Seen {
  readonly reads: number
  readonly stale: number
  /** Reads that took at most 250 ms, by share: the machine may be busy. */
  readonly fast: number
}

/** Starts four reads every 10 ms, whether earlier ones wait or not, and waits for all. Every read must be answered. */
async function readFor(table: Table, seconds: number): Promise<Seen> {
  let stale = 0
  let fast = 0
  const reads: Promise<void>[] = []
  const read = async (key: string) => {
    const started = performance.now()
    await table.get(key, 's', { onMaybeStale: () => stale++ })
    if (performance.now() - started <= 250) fast++
  }
  const end = performance.now() + seconds * 1000
  while (performance.now() < end) {
    for (let at = 0; at < 4; at++) reads.push(read(`key-${reads.length}`))
    await sleep(10)
  }
  await Promise.all(reads)
  return { reads: reads.length, stale, fast: fast / reads.length }
}

/** A table of a client of its own; the client is closed after the test. */
async function hedged(
  backupRequest: BackupRequestOptions,
  test: (table: Table) => Promise<void>,
): Promise<void> {
  const client = await w.connect()
  await test(await client.openTable('temp', { backupRequest }))
  await client.close()
}

/** Counts the requests of reads to each server, which answers them after so many milliseconds. */
function counting(delaysMs: readonly number[]): Fault[] {
  return w.cluster.replicaServers.map((server, at) =>
    w.cluster.addFault({ rpc: 'get', server, reaction: { delayMs: delaysMs[at] ?? 0 } }),
  )
}

const requests = (faults: readonly Fault[]) => faults.reduce((sum, fault) => sum + fault.hits, 0)

describe('reads with delayMs "auto", when one of three servers', () => {
  it('becomes slow, go to the others, and return to it when it is well', async () => {
    await hedged({ delayMs: 'auto' }, async (table) => {
      await readFor(table, 1)
      const faults = counting([300, 0, 0])
      const atFirst = await readFor(table, 1)
      const slow = await readFor(table, 3)
      assert.ok(slow.fast >= 0.9, `${slow.fast} were fast`)
      assert.ok(slow.stale >= slow.reads / 5, `${slow.stale} of ${slow.reads} came from a secondary`)
      const reads = atFirst.reads + slow.reads
      assert.ok(requests(faults) <= 1.1 * reads + 10, `${requests(faults)} requests for ${reads} reads`)
      assert.ok((faults[0]?.hits ?? 0) < reads / 6, `${faults[0]?.hits} of ${reads} reads went to it`)

      w.cluster.clearFaults()
      await readFor(table, 1)
      const counted = counting([0, 0, 0])
      const well = await readFor(table, 1)
      assert.ok(
        (counted[0]?.hits ?? 0) >= well.reads / 5,
        `${counted[0]?.hits} of ${well.reads} reads went to it`,
      )
      assert.ok(well.stale <= well.reads / 5, `${well.stale} of ${well.reads} came from a secondary`)
    })
  })

  it('is frozen, all succeed and stay fast', async () => {
    await hedged({ delayMs: 'auto' }, async (table) => {
      await readFor(table, 1)
      const server = w.cluster.replicaServers[0] ?? ''
      await w.cluster.freezeServer(server, { failoverAfterMs: null })
      await readFor(table, 1)
      const frozen = await readFor(table, 3)
      assert.ok(frozen.fast >= 0.9, `${frozen.fast} were fast`)
      assert.ok(frozen.stale >= frozen.reads / 5, `${frozen.stale} of ${frozen.reads} came from a secondary`)
    })
  })

  it('is slow like the two others, are sent once and to the primary', async () => {
    await hedged({ delayMs: 'auto' }, async (table) => {
      await readFor(table, 1)
      const faults = counting([300, 300, 300])
      const seen = await readFor(table, 3)
      assert.ok(
        requests(faults) <= 1.1 * seen.reads + 10,
        `${requests(faults)} requests for ${seen.reads} reads`,
      )
      assert.ok(seen.stale <= seen.reads / 10, `${seen.stale} of ${seen.reads} came from a secondary`)
    })
  })
})
