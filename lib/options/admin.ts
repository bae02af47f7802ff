import { ANY_STATUS, NOT_GIVEN } from '../crossing/native'
import { outOfRange, wrongType } from '../values/argument-errors'
import type { NodeStatus, TableStatus } from '../values/enums'
import { describe } from './checks/describe'
import { boolean, nodeStatus, nonEmptyString, signal, tableStatus, text } from './checks/kinds'
import { iterable } from './checks/lists'
import { partitionCount, positive } from './checks/numbers'
import { type Checks, checked } from './checks/schema'

/** Options of every administrative call. */
export interface AdminOptions {
  /** Milliseconds for the call. Default 30000; the client's `timeoutMs` has no effect. */
  timeoutMs?: number
  /**
   * Aborts the call: it rejects at once with the signal's `reason`. A request that was already sent is not taken back.
   */
  signal?: AbortSignal
}

/** Options of {@link Admin.createTable}. */
export interface CreateTableOptions extends AdminOptions {
  /** The number of partitions. Later it can only be doubled. Default 8. */
  partitionCount?: number
  /** The number of replicas of each partition. The cluster must have at least as many servers. Default 3. */
  replicaCount?: number
  /**
   * The table's settings, as in {@link Admin.setTableEnvs}. When a table is created, servers check hardly any setting
   * and ignore wrong ones. Default: no settings.
   */
  envs?: Readonly<Record<string, string>>
  /** Whether the call succeeds when the table exists already with the same counts and settings. Default true. */
  successIfExists?: boolean
}

/** Options of {@link Admin.dropTable}. */
export interface DropTableOptions extends AdminOptions {
  /** Seconds in which the table can still be recalled. Default: the cluster's setting, usually one week. */
  reserveSeconds?: number
  /** Whether the call succeeds when the table does not exist. Default false. */
  successIfNotExists?: boolean
}

/** Options of {@link Admin.recallTable}. */
export interface RecallTableOptions extends AdminOptions {
  /** A new name for the table. Default: the old name. */
  newName?: string
}

/** Options of {@link Admin.listTables}. */
export interface ListTablesOptions extends AdminOptions {
  /** Lists only tables in this state. Default: all tables, dropped ones included. */
  status?: TableStatus
}

/** Options of {@link Admin.listNodes}. */
export interface ListNodesOptions extends AdminOptions {
  /** Lists only servers in this state. Default: all servers. */
  status?: NodeStatus
}

const DEFAULT_REPLICA_COUNT = 3

const CALL = { timeoutMs: positive, signal } satisfies Checks<AdminOptions>
const CREATE = {
  ...CALL,
  partitionCount,
  replicaCount: positive,
  envs: envMap,
  successIfExists: boolean,
} satisfies Checks<CreateTableOptions>
const DROP = {
  ...CALL,
  reserveSeconds: positive,
  successIfNotExists: boolean,
} satisfies Checks<DropTableOptions>
const RECALL = { ...CALL, newName: nonEmptyString } satisfies Checks<RecallTableOptions>
const LIST_TABLES = { ...CALL, status: tableStatus } satisfies Checks<ListTablesOptions>
const LIST_NODES = { ...CALL, status: nodeStatus } satisfies Checks<ListNodesOptions>

export function adminOptions(given: AdminOptions | undefined) {
  return { timeoutMs: NOT_GIVEN, ...checked(given, CALL) }
}

export function createTableOptions(given: CreateTableOptions | undefined) {
  const defaults = { partitionCount: partitionCount('partitionCount'), replicaCount: DEFAULT_REPLICA_COUNT }
  return { timeoutMs: NOT_GIVEN, ...defaults, envs: {}, successIfExists: true, ...checked(given, CREATE) }
}

export function dropTableOptions(given: DropTableOptions | undefined) {
  const defaults = { reserveSeconds: NOT_GIVEN, successIfNotExists: false }
  return { timeoutMs: NOT_GIVEN, ...defaults, ...checked(given, DROP) }
}

export function recallTableOptions(given: RecallTableOptions | undefined) {
  return { timeoutMs: NOT_GIVEN, newName: null, ...checked(given, RECALL) }
}

export function listTablesOptions(given: ListTablesOptions | undefined) {
  return { timeoutMs: NOT_GIVEN, status: ANY_STATUS, ...checked(given, LIST_TABLES) }
}

export function listNodesOptions(given: ListNodesOptions | undefined) {
  return { timeoutMs: NOT_GIVEN, status: ANY_STATUS, ...checked(given, LIST_NODES) }
}

/** Settings by name; there may be none. */
function envMap(name: string, value: Readonly<Record<string, string>>): Record<string, string> {
  // A Map has no own properties: without this check it would silently mean "no settings".
  if (typeof value !== 'object' || value === null || Symbol.iterator in value) {
    throw wrongType(`${name} must be an object from name to value, got ${describe(value)}`)
  }
  const envs: Record<string, string> = {}
  for (const [key, setting] of Object.entries(value)) {
    nonEmptyString(`a name in ${name}`, key)
    envs[key] = text(`${name}[${JSON.stringify(key)}]`, setting)
  }
  return envs
}

/** Settings by name, at least one. */
export function envsToSet(value: Readonly<Record<string, string>>): Record<string, string> {
  const envs = envMap('envs', value)
  if (Object.keys(envs).length === 0) throw outOfRange('envs must not be empty')
  return envs
}

/** Names of settings, at least one. */
export function envKeys(value: Iterable<string>): string[] {
  const keys: string[] = []
  for (const key of iterable('keys', value)) {
    keys.push(nonEmptyString(`keys[${keys.length}]`, key))
  }
  if (keys.length === 0) throw outOfRange('keys must not be empty')
  return keys
}
