// One round: a table of its own, a team that works on it, nemeses against them; then all is healed, everything is
// read once more, and what was recorded is judged.

import { setTimeout as sleep } from 'node:timers/promises'
import { type LocalCluster, PegasusError, type Table } from 'pegasus-client'
import { Random } from '../__test__/support/random'
import { COUNTERS } from './counters'
import type { Fleet, Seat } from './fleet'
import { Ground, repeatsUntil } from './ground'
import { GROUPS } from './groups'
import { History } from './history'
import { judgeHistories, type Verdicts } from './judge'
import { Nemesis, type Tally } from './nemesis'
import type { Pauses } from './pauses'
import type { Probe, Recovery } from './recovery'
import { HASH_KEYS } from './rows'
import { writeStillRows } from './scans'
import { SPLIT } from './server-faults'
import { Team } from './team'
import type { Watch } from './watch'

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
  const ground = new Ground(cluster, `round_${plan.number}`, PARTITIONS)
  await cluster.createTable(ground.table, PARTITIONS)
  const seats = await fleet.open(ground.table)
  const still = seats[0].table
  await writeStillRows(still)
  const partitions = await findPartitions(cluster, still)
  recovery.use(seats.flatMap((seat) => probesOf(seat, partitions)))
  const history = new History()
  const team = new Team({ ground, watch, history, random, seats, alter })
  const [calm, end] = [new AbortController(), new AbortController()]
  const working = team.work(end.signal)
  const breaking = breakThings(plan, ground, random, calm.signal)
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
  await team.lookAtAll()

  for (const entry of history.entries()) {
    if (entry.repeatsUntil === undefined || entry.answered === Number.POSITIVE_INFINITY) continue
    entry.repeatsUntil = repeatsUntil(ground.troubles, entry.called, entry.answered)
  }
  plan.pauses.except(() => judgeHistories(history, COUNTERS, plan.verdicts, watch))
  await dropTable(cluster, ground.table)
}

async function breakThings(
  { recovery, tally, lastsMs }: RoundPlan,
  ground: Ground,
  random: Random,
  signal: AbortSignal,
): Promise<void> {
  const nemesis = () => new Nemesis(ground, random.fork(), recovery, tally, signal)
  const nemeses = Array.from({ length: NEMESES }, nemesis)
  const splitter = nemesis()
  // Every other table is split, once, somewhere in the first half: afterwards its partitions are others.
  const split = async () => {
    await splitter.rest(splitter.random.integer(0, lastsMs / 2))
    if (splitter.random.coin()) await splitter.fire(SPLIT)
  }
  await Promise.all([...nemeses.map((one) => one.run()), split()])
}

/** A read in each partition, through one client. */
function probesOf({ client, table }: Seat, partitions: ReadonlyMap<string, number>): Probe[] {
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
