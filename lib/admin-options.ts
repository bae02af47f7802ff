import type { NodeStatus, TableStatus } from './enums'

/** Options of every administrative call. */
export interface AdminOptions {
  /** Milliseconds in which the call must end. Default 30000, whatever the client's `timeoutMs` is. */
  timeoutMs?: number
  /** Ends the wait: the call rejects at once with the signal's `reason`. What was already sent is not taken back. */
  signal?: AbortSignal
}

/** Options of {@link Admin.createTable}. */
export interface CreateTableOptions extends AdminOptions {
  /** How many partitions the rows are spread over. Can only be changed by doubling it. Default 8. */
  partitionCount?: number
  /** How many replicas each partition has; the cluster must have as many servers. Default 3. */
  replicaCount?: number
  /**
   * The table's settings, as {@link Admin.setTableEnvs} takes them. Servers check hardly any of them when a table
   * is created, and pay no heed to those that make no sense. Default none.
   */
  envs?: Readonly<Record<string, string>>
  /** Is it fine that there is such a table, if counts and settings are the same? Default true. */
  successIfExists?: boolean
}

/** Options of {@link Admin.dropTable}. */
export interface DropTableOptions extends AdminOptions {
  /** Seconds in which the table can be recalled. Default: what the cluster is set to, as a rule a week. */
  reserveSeconds?: number
  /** Is it fine that there is no such table? Default false. */
  successIfNotExists?: boolean
}

/** Options of {@link Admin.recallTable}. */
export interface RecallTableOptions extends AdminOptions {
  /** What the table is called from now on. Default: as before. */
  newName?: string
}

/** Options of {@link Admin.listTables}. */
export interface ListTablesOptions extends AdminOptions {
  /** Lists the tables in this state only. Default: all, dropped ones included. */
  status?: TableStatus
}

/** Options of {@link Admin.listNodes}. */
export interface ListNodesOptions extends AdminOptions {
  /** Lists the servers in this state only. Default: all. */
  status?: NodeStatus
}

/** A table as the cluster knows it. */
export interface TableInfo {
  name: string
  /** The number that the cluster gave it, which no other table has had or will have. */
  appId: number
  /** `undefined` for a state that this version does not know. */
  status: TableStatus | undefined
  partitionCount: number
  /** How many replicas each partition should have. */
  replicaCount: number
  /** Its settings, ordered by name. */
  envs: Record<string, string>
  /** `null` where the cluster does not say. */
  createdAt: Date | null
  /** `null` when it was not dropped. */
  droppedAt: Date | null
  /** Until when it can be recalled; `null` when it was not dropped. */
  expiresAt: Date | null
}

/** A replica server. */
export interface NodeInfo {
  /** `host:port`; the host is a name where the cluster gives one. */
  address: string
  /** `undefined` for a state that this version does not know. */
  status: NodeStatus | undefined
}

/** Where one partition is. */
export interface PartitionLayout {
  /** From 0. */
  index: number
  /** Grows with every change of the partition's servers. Negative: being made by a split, and not ready yet. */
  ballot: number
  /** The server that takes writes and reads, `host:port`; `null` while there is none. */
  primary: string | null
  /** The servers that hold copies. */
  secondaries: string[]
  /** How many replicas it should have, the primary included; 0 while a split makes it. */
  replicaCount: number
}

/** Where the partitions of a table are. */
export interface TableLayout {
  appId: number
  /** Ordered by index. */
  partitions: PartitionLayout[]
}
