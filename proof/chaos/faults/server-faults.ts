// Faults of servers, and splits.

import type { LocalCluster } from 'pegasus-client'
import type { Fault } from './nemesis'

type Break = 'stopServer' | 'freezeServer' | 'cutOffServer'

const MENDS = { stopServer: 'startServer', freezeServer: 'healServer', cutOffServer: 'healServer' } as const
const NAMES = { stopServer: 'stopped', freezeServer: 'frozen', cutOffServer: 'cut off' } as const
const FAILOVERS_MS = [0, 0, 150, 400, null] as const

export const SERVER_FAULTS: Fault[] = [
  { weight: 4, kind: 'replica server stopped', fire: breakReplica('stopServer') },
  { weight: 4, kind: 'replica server frozen', fire: breakReplica('freezeServer') },
  { weight: 3, kind: 'replica server cut off', fire: breakReplica('cutOffServer') },
  { weight: 1, kind: 'meta server stopped', fire: breakMeta('stopServer') },
  { weight: 1, kind: 'meta server frozen', fire: breakMeta('freezeServer') },
  { weight: 1, kind: 'meta server cut off', fire: breakMeta('cutOffServer') },
]

/** Breaks a replica server for a while, unless another fault works on it. */
function breakReplica(how: Break): Fault['fire'] {
  return async (nemesis) => {
    const { cluster, random } = nemesis
    const server = random.of(cluster.replicaServers)
    const failoverAfterMs = random.of(FAILOVERS_MS)
    const lasts = random.integer(80, 1200)
    return nemesis.alone([server], async () => {
      const period = nemesis.begin(how !== 'stopServer')
      const led = await nemesis.target.ledBy(server)
      const from = performance.now()
      await cluster[how](server, { failoverAfterMs })
      const replaced = failoverAfterMs !== null && failoverAfterMs < lasts
      if (replaced) nemesis.expect(`${NAMES[how]}, replaced`, led, from + failoverAfterMs)
      await nemesis.rest(lasts)
      const stillLed = replaced ? [] : await nemesis.target.ledBy(server)
      const healed = performance.now()
      await mend(cluster, how, server)
      nemesis.end(period)
      nemesis.expect(`${NAMES[how]}, back`, stillLed, healed)
    })
  }
}

function breakMeta(how: Break): Fault['fire'] {
  return async (nemesis) => {
    const { cluster, random } = nemesis
    const server = random.of(cluster.metaServers)
    const failoverAfterMs = random.of(FAILOVERS_MS)
    const lasts = random.integer(80, 1200)
    return nemesis.alone([server], async () => {
      const period = nemesis.begin(false)
      await cluster[how](server, { failoverAfterMs })
      await nemesis.rest(lasts)
      await mend(cluster, how, server)
      nemesis.end(period)
    })
  }
}

function mend(cluster: LocalCluster, how: Break, server: string): Promise<void> {
  return cluster[MENDS[how]](server)
}

/** Doubles the partitions of the table. */
export const SPLIT: Fault = {
  weight: 1,
  kind: 'table split',
  fire: (nemesis) => nemesis.moment(() => nemesis.cluster.splitTable(nemesis.target.table)),
}
