// A name server that is silent or slow, while connections are cut so that names are looked up again.

import type { FaultRule } from 'pegasus-client'
import type { NameServer } from '../../../scripts/network/name-server.mjs'
import type { Fault, Nemesis } from './nemesis'
import { NEW_CLIENT } from './recovery'

export function nameServerFaults(nameServer: NameServer): Fault[] {
  return [
    { weight: 2, kind: 'name server silent', fire: (nemesis) => disturb(nemesis, nameServer, undefined) },
    {
      weight: 2,
      kind: 'name server slow',
      fire: (nemesis) => disturb(nemesis, nameServer, nemesis.random.integer(1000, 2000)),
    },
  ]
}

/** `lateMs`: how late it answers; `undefined`: never. */
async function disturb(
  nemesis: Nemesis,
  nameServer: NameServer,
  lateMs: number | undefined,
): Promise<boolean> {
  const { cluster, random, target } = nemesis
  const what = `name server ${lateMs === undefined ? 'silent' : 'slow'}, answers again`
  const lasts = random.integer(1000, 3000)
  const rules = cuts(nemesis)
  return nemesis.alone(['name server'], async () => {
    const period = nemesis.begin(false)
    nameServer.delayMs = lateMs
    const faults = rules.map((rule) => cluster.addFault(rule))
    await nemesis.rest(lasts)
    for (const fault of faults) fault.remove()
    nameServer.delayMs = 0
    nemesis.end(period)
    const partitions = Array.from({ length: target.partitions }, (_, index) => index)
    nemesis.expect(what, [...partitions, NEW_CLIENT], performance.now())
    for (const fault of faults) nemesis.answersChanged(fault.hits)
  })
}

/** Rules that cut connections to servers of both kinds. */
function cuts({ random, target }: Nemesis): FaultRule[] {
  const some = () => ({ share: random.of([0.03, 0.1, 0.3]), seed: random.integer(0, 1000) })
  const reaction = { disconnect: true, carriedOut: random.coin() } as const
  return [
    { table: target.table, reaction, ...some() },
    { rpc: 'query_cfg', reaction: { disconnect: true }, ...some() },
  ]
}
