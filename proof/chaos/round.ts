// One round: a table of its own, a workload that works on it, nemeses against them; then all is healed, everything is
// read once more, and what was recorded is judged.

import { setTimeout as sleep } from 'node:timers/promises'
import { type LocalCluster, PegasusError, type Table } from 'pegasus-client'
import { Random } from '../../__test__/support/random'
import type { Pauses } from './calls/pauses'
import type { Watch } from './calls/watch'
import { FAULTS } from './faults/all'
import { Nemesis, type Tally } from './faults/nemesis'
import type { Probe, Recovery } from './faults/recovery'
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
  watch: Watch
  tally: Tally
  pauses: Pauses
  recovery: Recovery
  verdicts: Verdicts
  /** What stands between the workers and their tables: nothing, unless it is this program that is tested. */
  alter?: (table: Table) => Table
}

export async function runRound(plan: RoundPlan): Promise<void> {
  const { cluster, fleet, watch, recovery, alter = (table) => table } = plan
  const random = new Random(plan.seed)
  const target = new Target(cluster, `round_${plan.number}`, PARTITIONS)
  await cluster.createTable(target.table, PARTITIONS)
  const clientTables = await fleet.open(target.table)
  const still = clientTables[0].table
  await writeStillRows(still)
  const partitions = await findPartitions(cluster, still)
  recovery.use(clientTables.flatMap((clientTable) => probesOf(clientTable, partitions)))
  const history = new History()
  const workload = new Workload({
    cluster,
    tableName: target.table,
    watch,
    history,
    random,
    clientTables,
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
  recovery.expect('all healed', [...partitions.values()], healed)
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
  { recovery, tally, lastsMs }: RoundPlan,
  target: Target,
  random: Random,
  signal: AbortSignal,
): Promise<void> {
  const nemesis = () => new Nemesis(target, random.fork(), recovery, tally, signal)
  const nemeses = Array.from({ length: NEMESES }, nemesis)
  const splitter = nemesis()
  // Every other table is split, once, somewhere in the first half: afterwards its partitions are others.
  const split = async () => {
    await splitter.rest(splitter.random.integer(0, lastsMs / 2))
    if (splitter.random.coin()) await splitter.fire(SPLIT)
  }
  await Promise.all([...nemeses.map((one) => one.run(FAULTS)), split()])
}

/** A read in each partition, through one client. */
function probesOf({ client, table }: ClientTable, partitions: ReadonlyMap<string, number>): Probe[] {
  const hashKeys = new Map([...partitions].map(([hashKey, partition]) => [partition, hashKey]))
  return [...hashKeys].map(([partition, hashKey]) => ({
    place: `partition ${partition} for client ${client}`,
    partition,
    read: () => table.get(hashKey, '', { timeoutMs: PROBE_MS }),
  }))
}

/** Asks the cluster where hash keys lie: a rule refuses the reads, and their errors name the partition. */
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

/** A split that is still under way keeps its table; it is small. */
async function dropTable(cluster: LocalCluster, table: string): Promise<void> {
  await cluster.dropTable(table).catch((error: unknown) => {
    if (!(error instanceof PegasusError) || error.code !== 'ERR_SPLITTING') throw error
  })
}
