// Faults that change answers. Each answer is one that a real server can give: a refusal comes before the request is
// carried out, and only a timeout or a lost connection may hide that a write was made.

import type { FaultReaction, FaultRpc, FaultRule } from 'pegasus-client'
import type { Random } from '../../../__test__/support/random'
import { META_REFUSALS, REFUSALS } from '../calls/codes'
import type { Fault, Nemesis } from './nemesis'

const RPCS: FaultRpc[] = [
  'get',
  'put',
  'remove',
  'multi_get',
  'multi_put',
  'multi_remove',
  'batch_get',
  'incr',
  'check_and_set',
  'check_and_mutate',
  'get_scanner',
  'scan',
]

type React = (random: Random) => FaultReaction

const DATA_REACTIONS: { weight: number; kind: string; react: React }[] = [
  { weight: 4, kind: 'refused', react: (random) => ({ error: random.of(REFUSALS) }) },
  { weight: 3, kind: 'timed out', react: (random) => ({ error: 'ERR_TIMEOUT', carriedOut: random.coin() }) },
  { weight: 3, kind: 'delayed', react: (random) => ({ delayMs: random.integer(5, 900) }) },
  { weight: 3, kind: 'dropped', react: (random) => ({ drop: true, carriedOut: random.coin() }) },
  { weight: 2, kind: 'duplicated', react: () => ({ duplicate: true }) },
  { weight: 2, kind: 'corrupted', react: () => ({ corrupt: true }) },
  { weight: 3, kind: 'disconnected', react: (random) => ({ disconnect: true, carriedOut: random.coin() }) },
]
const META_REACTIONS: { kind: string; react: React }[] = [
  { kind: 'refused', react: (random) => ({ error: random.of(META_REFUSALS) }) },
  { kind: 'delayed', react: (random) => ({ delayMs: random.integer(5, 900) }) },
  { kind: 'dropped', react: () => ({ drop: true }) },
  { kind: 'duplicated', react: () => ({ duplicate: true }) },
  { kind: 'corrupted', react: () => ({ corrupt: true }) },
  { kind: 'disconnected', react: () => ({ disconnect: true }) },
]

export const RULE_FAULTS: Fault[] = [
  ...DATA_REACTIONS.map(({ weight, kind, react }) => ({
    weight,
    kind: `answers ${kind}`,
    fire: (nemesis: Nemesis) => during(nemesis, dataRule(nemesis, react(nemesis.random))),
  })),
  ...META_REACTIONS.map(({ kind, react }) => ({
    weight: 1,
    kind: `meta answers ${kind}`,
    fire: (nemesis: Nemesis) => during(nemesis, metaRule(nemesis, react(nemesis.random))),
  })),
]

function dataRule(nemesis: Nemesis, reaction: FaultReaction): FaultRule {
  const { random, target } = nemesis
  const rule: FaultRule = { table: target.table, reaction, ...drawShare(random) }
  if (!random.once(4)) rule.rpc = random.of(RPCS)
  if (random.once(3)) rule.partitionIndex = nemesis.drawPartition()
  return rule
}

function metaRule({ random }: Nemesis, reaction: FaultReaction): FaultRule {
  return { rpc: 'query_cfg', reaction, ...drawShare(random) }
}

function drawShare(random: Random): Pick<FaultRule, 'share' | 'seed' | 'times'> {
  if (random.once(3)) return { times: random.integer(1, 6) }
  return { share: random.of([0.1, 0.3, 0.6, 1]), seed: random.integer(0, 1000) }
}

async function during(nemesis: Nemesis, rule: FaultRule): Promise<boolean> {
  const lasts = nemesis.random.integer(100, 900)
  const period = nemesis.begin(false)
  const fault = nemesis.cluster.addFault(rule)
  await nemesis.rest(lasts)
  fault.remove()
  nemesis.end(period)
  nemesis.answersChanged(fault.hits)
  return true
}
