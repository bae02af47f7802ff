// Moves of primaries and of the meta leader, and a cluster that is set up again.

import type { Fault, Nemesis } from './nemesis'

export const MOVES: Fault[] = [
  { weight: 3, kind: 'primary moved', fire: movePrimary },
  { weight: 3, kind: 'primary moved, writes in flight', fire: moveUnderWrites },
  { weight: 2, kind: 'ballot raised', fire: raiseBallot },
  { weight: 1, kind: 'meta leader moved', fire: moveMetaLeader },
  { weight: 2, kind: 'cluster rebuilt', fire: rebuild },
]

async function movePrimary(nemesis: Nemesis): Promise<boolean> {
  const { table } = nemesis.target
  const partition = nemesis.drawPartition()
  return nemesis.moment(async () => {
    await nemesis.cluster.movePrimary(table, partition)
    nemesis.expect('primary moved', [partition], performance.now())
  })
}

/**
 * Moves a primary while it has requests that it has not finished. The writes among them are never answered: the part
 * that waits there is never made, the part whose answers are late is made.
 */
async function moveUnderWrites(nemesis: Nemesis): Promise<boolean> {
  const { cluster, random, target } = nemesis
  const partition = nemesis.drawPartition()
  const lateMs = random.integer(50, 400)
  const where = { table: target.table, partitionIndex: partition }
  const some = { share: random.of([0.3, 0.6]), seed: random.integer(0, 1000) }
  const gatherMs = random.integer(20, lateMs)
  const work = async () => {
    const held = cluster.addFault({ ...where, ...some, reaction: { holdMs: lateMs } })
    const made = cluster.addFault({ ...where, reaction: { delayMs: lateMs } })
    try {
      await nemesis.rest(gatherMs)
    } finally {
      held.remove()
      made.remove()
    }
    nemesis.answersChanged(held.hits + made.hits)
    try {
      await cluster.movePrimary(target.table, partition)
      nemesis.expect('primary moved, writes in flight', [partition], performance.now())
    } finally {
      await nemesis.settle(lateMs)
    }
  }
  return nemesis.moment(work, true)
}

async function raiseBallot(nemesis: Nemesis): Promise<boolean> {
  const partition = nemesis.drawPartition()
  return nemesis.moment(() => nemesis.cluster.raiseBallot(nemesis.target.table, partition))
}

async function moveMetaLeader(nemesis: Nemesis): Promise<boolean> {
  return nemesis.moment(() => nemesis.cluster.moveMetaLeader())
}

/**
 * Sets the cluster up again around the same rows: ballots are lower than those that clients know. Half of the times
 * connections stay, as behind a proxy; otherwise all replica servers restart.
 */
async function rebuild(nemesis: Nemesis): Promise<boolean> {
  const { cluster, random, target } = nemesis
  const servers = cluster.replicaServers
  const [restarts, awayMs] = [random.coin(), random.integer(20, 300)]
  return nemesis.alone(servers, async () => {
    const period = nemesis.begin(false)
    if (restarts) {
      for (const server of servers) await cluster.stopServer(server, { failoverAfterMs: null })
      await nemesis.rest(awayMs)
      for (const server of servers) await cluster.startServer(server)
    }
    await cluster.rebuildTable(target.table)
    const partitions = Array.from({ length: target.partitions }, (_, index) => index)
    nemesis.expect('cluster rebuilt', partitions, performance.now())
    nemesis.end(period)
  })
}
