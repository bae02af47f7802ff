import { boolean, describe, integer, MAX_INT32, nonEmptyString } from './arguments'
import { outOfRange, wrongType } from './errors'
import type { FailoverOptions, FaultReaction, FaultRule } from './fault-options'
import type { NativeFaultRule, NativeReaction, ReactionKind } from './native'
import { positive } from './resolve'
import { type Checks, checked } from './schema'

/** What the addon takes for a failover that never comes. */
const NEVER = -1
const A_DAY_MS = 86_400_000
const ERROR_NAME = /^ERR_[A-Z0-9_]{1,60}$/

const count = (name: string, value: number) => integer(name, value, 0, MAX_INT32)
const failoverAfterMs = (name: string, value: number | null) => (value === null ? NEVER : count(name, value))
const delayMs = (name: string, value: number) => integer(name, value, 0, A_DAY_MS)

const FAILOVER = { failoverAfterMs } satisfies Checks<FailoverOptions>

export function failoverOptions(given: FailoverOptions | undefined): number {
  return checked(given, FAILOVER).failoverAfterMs ?? 0
}

/** The address of one of `known` servers. */
export function serverAddress(name: string, value: string, known: readonly string[]): string {
  const address = nonEmptyString(name, value)
  if (known.includes(address)) return address
  throw outOfRange(`${name} must be one of ${known.join(', ')}, got ${describe(value)}`)
}

export function partitionIndex(name: string, value: number): number {
  return count(name, value)
}

/** The rule as the addon takes it; `servers` are those of the cluster. */
export function faultRule(given: FaultRule, servers: readonly string[]): NativeFaultRule {
  const checks = {
    rpc: nonEmptyString,
    table: nonEmptyString,
    partitionIndex,
    server: (name: string, value: string) => serverAddress(name, value, servers),
    skip: count,
    times: positive,
    share,
    seed: count,
    reaction,
  } satisfies Checks<FaultRule>
  const { reaction: native, ...fields } = checked(given, checks, 'rule')
  if (native === undefined) throw wrongType('rule.reaction is missing: what happens to the requests?')
  return { skip: 0, share: 1, seed: 0, ...fields, reaction: native }
}

function share(name: string, value: number): number {
  if (typeof value !== 'number') throw wrongType(`${name} must be a number, got ${describe(value)}`)
  if (value > 0 && value <= 1) return value
  throw outOfRange(`${name} must be more than 0 and at most 1, got ${value}`)
}

/** The kinds of reactions, by the property that says which one it is. */
const KINDS = {
  error: errorName,
  delayMs,
  drop: only,
  duplicate: only,
  corrupt: only,
  disconnect: only,
} satisfies Record<ReactionKind, unknown>
const REACTION = { ...KINDS, carriedOut: boolean }

/** What may or may not be carried out; of the others it is said already. */
const MAY_BE_CARRIED_OUT: readonly ReactionKind[] = ['error', 'drop', 'disconnect']

function reaction(name: string, value: FaultReaction): NativeReaction {
  const fields = checked(value, REACTION, name)
  const { error, carriedOut } = fields
  const kinds = (Object.keys(KINDS) as ReactionKind[]).filter((kind) => fields[kind] !== undefined)
  const [kind, another] = kinds
  if (kind === undefined) throw wrongType(`${name} must have one of ${Object.keys(KINDS).join(', ')}`)
  if (another !== undefined) {
    throw wrongType(`${name} must have one of ${Object.keys(KINDS).join(', ')}, got ${kinds.join(' and ')}`)
  }
  if (carriedOut !== undefined && !MAY_BE_CARRIED_OUT.includes(kind)) {
    throw wrongType(`${name}.carriedOut has no effect with ${kind}: it is always carried out`)
  }
  return { kind, error, delayMs: fields.delayMs, carriedOut: carriedOut ?? false }
}

function errorName(name: string, value: string): string {
  if (typeof value === 'string' && ERROR_NAME.test(value)) return value
  throw wrongType(`${name} must be ERR_ and capitals, digits or _, got ${describe(value)}`)
}

function only(name: string, value: true): true {
  if (value === true) return value
  throw wrongType(`${name} must be true where it is there, got ${describe(value)}`)
}
