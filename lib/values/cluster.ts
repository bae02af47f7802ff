import type { NodeStatus, TableStatus } from './enums'

/** A table as the cluster describes it. */
export interface TableInfo {
  name: string
  /** The table's number in the cluster. Numbers are never reused. */
  appId: number
  /** `undefined` for a state that this version of the client does not know. */
  status: TableStatus | undefined
  partitionCount: number
  /** How many replicas each partition should have. */
  replicaCount: number
  /** The table's settings, ordered by name. */
  envs: Record<string, string>
  /** `null` when the cluster does not report it. */
  createdAt: Date | null
  /** `null` when the table was not dropped. */
  droppedAt: Date | null
  /** The dropped table can be recalled until then; `null` when it was not dropped. */
  expiresAt: Date | null
}

/** A replica server. */
export interface NodeInfo {
  /** `host:port`. The host is a name if the cluster reports names. */
  address: string
  /** `undefined` for a state that this version of the client does not know. */
  status: NodeStatus | undefined
}

/** The servers of one partition. */
export interface PartitionLayout {
  /** Starts at 0. */
  index: number
  /** The version of this layout: it grows with every change. Negative while a split creates the partition. */
  ballot: number
  /** The server that handles writes and reads, `host:port`; `null` when there is none at the moment. */
  primary: string | null
  /** The servers that hold the other replicas, each `host:port`. */
  secondaries: string[]
  /** How many replicas the partition should have, primary included; 0 while a split creates it. */
  replicaCount: number
}

/** The servers of all partitions of a table. */
export interface TableLayout {
  appId: number
  /** Ordered by index. */
  partitions: PartitionLayout[]
}
