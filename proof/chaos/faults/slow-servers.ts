// A replica server that answers, but late: for seconds, and all requests.

import type { Fault, Nemesis } from './nemesis'

export const SLOW_SERVERS: Fault[] = [{ weight: 3, kind: 'replica server slow', fire: slowDown }]

/** A server that is slow carries requests out late or, like one with slow replication, only answers them late. */
async function slowDown(nemesis: Nemesis): Promise<boolean> {
  const { cluster, random, target } = nemesis
  const server = random.of(cluster.replicaServers)
  const lateMs = random.integer(40, 400)
  const lasts = random.integer(800, 2500)
  const carriesOutLate = random.coin()
  return nemesis.alone([server], async () => {
    const period = nemesis.begin(carriesOutLate)
    const led = await target.ledBy(server)
    const reaction = carriesOutLate ? { holdMs: lateMs } : { delayMs: lateMs }
    const fault = cluster.addFault({ server, reaction })
    await nemesis.rest(lasts)
    fault.remove()
    nemesis.expect('slow, quick again', led, performance.now())
    await nemesis.settle(lateMs)
    nemesis.end(period)
    nemesis.answersChanged(fault.hits)
  })
}
