import { type NativeFaultRule, type NativeReaction, NO_FAILOVER, type ReactionKind } from '../crossing/native'
import { outOfRange, wrongType } from '../values/argument-errors'
import { describe } from './checks/describe'
import { boolean, nonEmptyString } from './checks/kinds'
import { integer, notNegative, positive } from './checks/numbers'
import { type Checks, checked } from './checks/schema'

/** When the cluster replaces a server that is gone. */
export interface FailoverOptions {
  /**
   * Milliseconds until the cluster notices that the server is gone. Then the server's partitions get other primaries,
   * and another meta server becomes the leader in its place. Before that, the meta servers still name the old server.
   * Default 0: all of this happens before the call resolves. `null`: never. A real cluster takes about 20 s: `20_000`.
   */
  failoverAfterMs?: number | null
}

/** The methods of the servers, by their names in the IDL. */
export type FaultRpc =
  | 'get'
  | 'put'
  | 'remove'
  | 'ttl'
  | 'multi_get'
  | 'multi_put'
  | 'multi_remove'
  | 'sortkey_count'
  | 'batch_get'
  | 'incr'
  | 'check_and_set'
  | 'check_and_mutate'
  | 'get_scanner'
  | 'scan'
  | 'clear_scanner'
  | 'query_cfg'
  | 'create_app'
  | 'drop_app'
  | 'recall_app'
  | 'list_apps'
  | 'list_nodes'
  | 'cluster_info'
  | 'update_app_env'
  | 'start_partition_split'
  | 'negotiation'

/**
 * Which requests a local cluster handles differently, and how: see {@link LocalCluster.addFault}. A request must meet
 * every condition that is present. A rule with only a `reaction` applies to all requests.
 */
export interface FaultRule {
  /** The RPC, by its name in the IDL (`put` is the RPC of {@link Table.set}) or on the wire. */
  rpc?: FaultRpc | `RPC_${string}`
  /** The table, by name: requests for its rows, and requests to a meta server about it. */
  table?: string
  /** The partition that the request is sent to; the first is 0. */
  partitionIndex?: number
  /** The server that receives the request, one of {@link LocalCluster.metaServers} and `replicaServers`. */
  server?: string
  /**
   * How many matching requests to leave alone first. Default 0. With `times: 1`, only the request after them is hit.
   */
  skip?: number
  /** The maximum number of requests to hit. Default: no maximum. */
  times?: number
  /**
   * The share of matching requests to hit, more than 0 and at most 1. Default 1. The selection depends only on `seed`
   * and on the number of earlier matching requests, so a run can be repeated.
   */
  share?: number
  /** The seed of the selection by `share`, an integer. Default 0. */
  seed?: number
  /** What happens to the requests that are hit. */
  reaction: FaultReaction
}

/**
 * What happens to a request. With `carriedOut: true` the server executes the request and then changes its answer: a
 * write is done, but the client receives something else. Default false: the server does not execute the request.
 */
export type FaultReaction =
  /**
   * The answer is this error: `ERR_` and more, also a name that no client knows. It stands where real servers put it:
   * in the header, and in the body of a meta server's answer.
   */
  | { error: `ERR_${string}`; carriedOut?: boolean }
  /**
   * The request is executed at once and answered after this many milliseconds. Other requests do not wait for it. If the
   * partition's primary moves meanwhile, a write stays done and is never answered.
   */
  | { delayMs: number }
  /**
   * The request waits for this many milliseconds, then it is executed and answered. Other requests do not wait for it.
   * If the partition's primary moves meanwhile, a write is dropped: neither executed nor answered.
   */
  | { holdMs: number }
  /** There is no answer. */
  | { drop: true; carriedOut?: boolean }
  /** The request is executed and answered twice. */
  | { duplicate: true }
  /** The request is executed. In its answer, every bit after the length is inverted. */
  | { corrupt: true }
  /** The connection is closed. Earlier requests on it still get their answers. */
  | { disconnect: true; carriedOut?: boolean }

const A_DAY_MS = 86_400_000
const ERROR_NAME = /^ERR_[A-Z0-9_]{1,60}$/

const FAILOVER = {
  failoverAfterMs: (name: string, value: number | null) =>
    value === null ? NO_FAILOVER : notNegative(name, value),
} satisfies Checks<FailoverOptions>

export function failoverOptions(given: FailoverOptions | undefined): number {
  return checked(given, FAILOVER).failoverAfterMs ?? 0
}

/** The address of one of the `known` servers. */
export function serverAddress(name: string, value: string, known: readonly string[]): string {
  const address = nonEmptyString(name, value)
  if (known.includes(address)) return address
  throw outOfRange(`${name} must be one of ${known.join(', ')}, got ${describe(value)}`)
}

/** Gives the rule as the addon takes it; `servers` are all servers of the cluster. */
export function faultRule(given: FaultRule, servers: readonly string[]): NativeFaultRule {
  const checks = {
    rpc: nonEmptyString,
    table: nonEmptyString,
    partitionIndex: notNegative,
    server: (name: string, value: string) => serverAddress(name, value, servers),
    skip: notNegative,
    times: positive,
    share,
    seed: notNegative,
    reaction,
  } satisfies Checks<FaultRule>
  const { reaction: native, ...fields } = checked(given, checks, 'rule')
  if (native === undefined) throw wrongType('rule.reaction is missing: what happens to the requests?')
  return { skip: 0, share: 1, seed: 0, ...fields, reaction: native }
}

/** Unlike other shares it must be more than 0: the rule would otherwise hit nothing. */
function share(name: string, value: number): number {
  if (typeof value !== 'number') throw wrongType(`${name} must be a number, got ${describe(value)}`)
  if (value > 0 && value <= 1) return value
  throw outOfRange(`${name} must be more than 0 and at most 1, got ${value}`)
}

/** The check of each kind of reaction, by the property that selects the kind. */
const KINDS = {
  error: errorName,
  delayMs: upToADay,
  holdMs: upToADay,
  drop: only,
  duplicate: only,
  corrupt: only,
  disconnect: only,
} satisfies Record<ReactionKind, unknown>
const REACTION = { ...KINDS, carriedOut: boolean }

/** The kinds that accept `carriedOut`. All other kinds always execute the request. */
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
  return { kind, error, delayMs: fields.delayMs, holdMs: fields.holdMs, carriedOut: carriedOut ?? false }
}

function upToADay(name: string, value: number): number {
  return integer(name, value, 0, A_DAY_MS)
}

function errorName(name: string, value: string): string {
  if (typeof value === 'string' && ERROR_NAME.test(value)) return value
  throw wrongType(`${name} must be ERR_ and capitals, digits or _, got ${describe(value)}`)
}

function only(name: string, value: true): true {
  if (value === true) return value
  throw wrongType(`${name} must be true where it is there, got ${describe(value)}`)
}
