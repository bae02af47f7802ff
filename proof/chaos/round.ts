// One round: it creates a table, runs the workload and the nemeses on it, heals everything, reads all rows once more,
// and judges the recorded history.

import { setTimeout as sleep } from 'node:timers/promises'
import { type LocalCluster, PegasusClient, PegasusError, type Table } from 'pegasus-client'
import { Random } from '../../__test__/support/random'
import type { Pauses } from './calls/pauses'
import type { Watch } from './calls/watch'
import { type Fault, Nemesis, type Tally } from './faults/nemesis'
import { NEW_CLIENT, type Probe, type Recovery } from './faults/recovery'
import { SPLIT } from './faults/server-faults'
import { repeatsUntil, Target } from './faults/target'
import { History } from './histories/history'
import { judgeHistories, type Verdicts } from './histories/judge'
import { COUNTERS } from './workload/counters'
import type { ClientTable, Fleet } from './workload/fleet'
import { GROUPS } from './workload/groups'
import { HASH_KEYS } from './workload/rows'
import { writeStillRows } from './workload/scans'
import { Workload } from './workload/workload'

const PARTITIONS = 4
const NEMESES = 2
const RECOVERS_WITHIN_MS = 10_000
const PROBE_MS = 1000

export interface RoundPlan {
  number: number
  seed: number
  lastsMs: number
  cluster: LocalCluster
  fleet: Fleet
  /** What nemeses draw from. */
  faults: readonly Fault[]
  /** Objects of tables beside the one of the round. */
  sideTables: readonly Table[]
  watch: Watch
  tally: Tally
  pauses: Pauses
  recovery: Recovery
  verdicts: Verdicts
  /** Wraps the tables that workers use. Only tests of this program set it. */
  alter?: (table: Table) => Table
}

export async function runRound(plan: RoundPlan): Promise<void> {
  const { cluster, fleet, watch, recovery, alter = (table) => table } = plan
  const random = new Random(plan.seed)
  const target = new Target(cluster, `round_${plan.number}`, PARTITIONS)
  await cluster.createTable(target.table, PARTITIONS)
  const clientTables = await fleet.open(target.table)
  const stillTable = clientTables[0].tables[0]
  await writeStillRows(stillTable)
  const partitions = await findPartitions(cluster, stillTable)
  const probes = clientTables.flatMap((clientTable) => probesOf(clientTable, partitions))
  recovery.use([...probes, newClient(fleet.metaServers)])
  const history = new History()
  const workload = new Workload({
    metaServers: fleet.metaServers,
    tableName: target.table,
    watch,
    history,
    random,
    clientTables,
    sideTables: plan.sideTables,
    alter,
  })
  const [calm, end] = [new AbortController(), new AbortController()]
  const working = workload.work(end.signal)
  const breaking = breakThings(plan, target, random, calm.signal)
  await sleep(plan.lastsMs)
  calm.abort()
  await breaking
  const healed = performance.now()
  await cluster.healAll()
  recovery.expect('all healed', [...partitions.values(), NEW_CLIENT], healed)
  const unserved = await recovery.complete(RECOVERS_WITHIN_MS)
  if (unserved.length > 0) {
    watch.violation(`${RECOVERS_WITHIN_MS} ms after all was healed not served: ${unserved.join(', ')}`)
  }
  end.abort()
  await working
  await workload.lookAtAll()

  for (const entry of history.entries()) {
    if (entry.repeatsUntil === undefined || entry.answered === Number.POSITIVE_INFINITY) continue
    entry.repeatsUntil = repeatsUntil(target.periods, entry.called, entry.answered)
  }
  plan.pauses.except(() => judgeHistories(history, COUNTERS, plan.verdicts, watch))
  await dropTable(cluster, target.table)
}

async function breakThings(
  { recovery, tally, lastsMs, faults }: RoundPlan,
  target: Target,
  random: Random,
  signal: AbortSignal,
): Promise<void> {
  const nemesis = () => new Nemesis(target, random.fork(), recovery, tally, signal)
  const nemeses = Array.from({ length: NEMESES }, nemesis)
  const splitter = nemesis()
  // Every other table is split once, in the first half of the round: the other half runs on the new partitions.
  const split = async () => {
    await splitter.rest(splitter.random.integer(0, lastsMs / 2))
    if (splitter.random.coin()) await splitter.fire(SPLIT)
  }
  await Promise.all([...nemeses.map((one) => one.run(faults)), split()])
}

/** One probe for each partition, through one client. */
function probesOf(
  { client, tables: [table] }: ClientTable,
  partitions: ReadonlyMap<string, number>,
): Probe[] {
  const hashKeys = new Map([...partitions].map(([hashKey, partition]) => [partition, hashKey]))
  return [...hashKeys].map(([partition, hashKey]) => ({
    place: `partition ${partition} for client ${client}`,
    partition,
    read: () => table.get(hashKey, '', { timeoutMs: PROBE_MS }),
  }))
}

/** A client that connects and closes again. */
function newClient(metaServers: string[]): Probe {
  const connect = async () => {
    const client = await PegasusClient.connect({ metaServers, timeoutMs: PROBE_MS })
    await client.close()
  }
  return { place: 'a new client', partition: NEW_CLIENT, read: connect }
}

/** Finds the partition of each hash key: a rule refuses the reads, and the errors name the partition. */
async function findPartitions(cluster: LocalCluster, table: Table): Promise<Map<string, number>> {
  const fault = cluster.addFault({ table: table.name, rpc: 'get', reaction: { error: 'ERR_CHAOS_UNLISTED' } })
  const partitions = new Map<string, number>()
  for (const hashKey of [...HASH_KEYS, ...GROUPS, ...COUNTERS]) {
    const error = await table.get(hashKey, '').catch((error: unknown) => error)
    if (!(error instanceof PegasusError) || error.partitionIndex === undefined) {
      throw new Error(`a read of ${hashKey} was to fail with its partition, and did not`, { cause: error })
    }
    partitions.set(hashKey, error.partitionIndex)
  }
  fault.remove()
  return partitions
}

/** Drops a table. One that is still being split is kept; it is small. */
async function dropTable(cluster: LocalCluster, table: string): Promise<void> {
  await cluster.dropTable(table).catch((error: unknown) => {
    if (!(error instanceof PegasusError) || error.code !== 'ERR_SPLITTING') throw error
  })
}
