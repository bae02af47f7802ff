import type * as admin from './admin-options'
import * as check from './arguments'
import { NodeStatus, TableStatus } from './enums'
import { outOfRange, wrongType } from './errors'
import type { NativeNodeInfo, NativePartitionInfo, NativeTableInfo, NativeTableLayout } from './native'
import { partitionCount, positive } from './resolve'
import { type Checks, checked } from './schema'

/** What the addon takes where the caller said nothing: the default is its own, or the cluster's. */
const DEFAULT = -1
/** What the addon takes for a list of all. */
const ANY_STATUS = 0
const DEFAULT_REPLICA_COUNT = 3

const CALL = { timeoutMs: positive, signal: check.signal } satisfies Checks<admin.AdminOptions>
const CREATE = {
  ...CALL,
  partitionCount,
  replicaCount: positive,
  envs: envMap,
  successIfExists: check.boolean,
} satisfies Checks<admin.CreateTableOptions>
const DROP = {
  ...CALL,
  reserveSeconds: positive,
  successIfNotExists: check.boolean,
} satisfies Checks<admin.DropTableOptions>
const RECALL = { ...CALL, newName: check.nonEmptyString } satisfies Checks<admin.RecallTableOptions>
const LIST_TABLES = { ...CALL, status: tableStatus } satisfies Checks<admin.ListTablesOptions>
const LIST_NODES = { ...CALL, status: nodeStatus } satisfies Checks<admin.ListNodesOptions>

export function adminOptions(given: admin.AdminOptions | undefined) {
  return { timeoutMs: DEFAULT, ...checked(given, CALL) }
}

export function createTableOptions(given: admin.CreateTableOptions | undefined) {
  const defaults = { partitionCount: partitionCount('partitionCount'), replicaCount: DEFAULT_REPLICA_COUNT }
  return { timeoutMs: DEFAULT, ...defaults, envs: {}, successIfExists: true, ...checked(given, CREATE) }
}

export function dropTableOptions(given: admin.DropTableOptions | undefined) {
  return { timeoutMs: DEFAULT, reserveSeconds: DEFAULT, successIfNotExists: false, ...checked(given, DROP) }
}

export function recallTableOptions(given: admin.RecallTableOptions | undefined) {
  return { timeoutMs: DEFAULT, newName: null, ...checked(given, RECALL) }
}

export function listTablesOptions(given: admin.ListTablesOptions | undefined) {
  return { timeoutMs: DEFAULT, status: ANY_STATUS, ...checked(given, LIST_TABLES) }
}

export function listNodesOptions(given: admin.ListNodesOptions | undefined) {
  return { timeoutMs: DEFAULT, status: ANY_STATUS, ...checked(given, LIST_NODES) }
}

function tableStatus(name: string, value: TableStatus): TableStatus {
  if (typeof value === 'number' && TableStatus[value] !== undefined) return value
  throw wrongType(`${name} must be a TableStatus (1 to 7), got ${check.describe(value)}`)
}

function nodeStatus(name: string, value: NodeStatus): NodeStatus {
  if (typeof value === 'number' && NodeStatus[value] !== undefined) return value
  throw wrongType(`${name} must be a NodeStatus (1 or 2), got ${check.describe(value)}`)
}

/** Settings by name; there may be none. */
function envMap(name: string, value: Readonly<Record<string, string>>): Record<string, string> {
  // A Map has no properties, and would quietly be no settings at all.
  if (typeof value !== 'object' || value === null || Symbol.iterator in value) {
    throw wrongType(`${name} must be an object from name to value, got ${check.describe(value)}`)
  }
  const envs: Record<string, string> = {}
  for (const [key, setting] of Object.entries(value)) {
    check.nonEmptyString(`a name in ${name}`, key)
    envs[key] = text(`${name}[${JSON.stringify(key)}]`, setting)
  }
  return envs
}

/** The same, at least one. */
export function envsToSet(value: Readonly<Record<string, string>>): Record<string, string> {
  const envs = envMap('envs', value)
  if (Object.keys(envs).length === 0) throw outOfRange('envs must not be empty')
  return envs
}

/** Names of settings, at least one. */
export function envKeys(value: Iterable<string>): string[] {
  const keys: string[] = []
  for (const key of check.iterable('keys', value)) {
    keys.push(check.nonEmptyString(`keys[${keys.length}]`, key))
  }
  if (keys.length === 0) throw outOfRange('keys must not be empty')
  return keys
}

/** A string, which may be empty. */
export function text(name: string, value: string): string {
  if (typeof value === 'string') return value
  throw wrongType(`${name} must be a string, got ${check.describe(value)}`)
}

export function tableInfo(native: NativeTableInfo): admin.TableInfo {
  return {
    name: native.name,
    appId: native.appId,
    status: native.status in TableStatus ? native.status : undefined,
    partitionCount: native.partitionCount,
    replicaCount: native.replicaCount,
    envs: ordered(native.envs),
    createdAt: date(native.createUnixSeconds),
    droppedAt: date(native.dropUnixSeconds),
    expiresAt: date(native.expireUnixSeconds),
  }
}

export function nodeInfo({ address, status }: NativeNodeInfo): admin.NodeInfo {
  return { address, status: status in NodeStatus ? status : undefined }
}

export function tableLayout({ appId, partitions }: NativeTableLayout): admin.TableLayout {
  return { appId, partitions: partitions.map(partitionLayout) }
}

function partitionLayout(native: NativePartitionInfo): admin.PartitionLayout {
  const { index, ballot, primary = null, secondaries, replicaCount } = native
  return { index, ballot, primary, secondaries, replicaCount }
}

/** The same properties by name: the addon gives them in no order. */
export function ordered(record: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([left], [right]) => (left < right ? -1 : 1)))
}

function date(unixSeconds: number): Date | null {
  return unixSeconds > 0 ? new Date(unixSeconds * 1000) : null
}
