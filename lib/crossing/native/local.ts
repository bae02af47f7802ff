import type { Failure } from './records'

export interface NativeLocalOptions {
  tables: { name: string; partitionCount: number }[]
  replicaServers: number
  metaServers: number
  host: string
  port: number
  dataDir?: string
  hostPorts: boolean
}

/**
 * Addresses are those that the cluster itself lists. `failoverAfterMs` is -1 for never. The answer is Done unless the
 * method says otherwise.
 */
export interface NativeLocalCluster {
  metaServers(): string[]
  replicaServers(): string[]
  createTable(token: number, name: string, partitionCount: number): void
  dropTable(token: number, name: string): void
  /** Answer: Number, the table's new partition count. */
  splitTable(token: number, name: string): void
  stopServer(token: number, server: string, failoverAfterMs: number): void
  freezeServer(token: number, server: string, failoverAfterMs: number): void
  cutOffServer(token: number, server: string, failoverAfterMs: number): void
  startServer(token: number, server: string): void
  healServer(token: number, server: string): void
  healAll(token: number): void
  /** Answer: Number. */
  openScans(token: number): void
  /** Answer: Extra, an address. */
  primary(token: number, table: string, partitionIndex: number): void
  /** Answer: Extra, an address. */
  movePrimary(token: number, table: string, partitionIndex: number, server?: string): void
  /** Answer: Number. */
  raiseBallot(token: number, table: string, partitionIndex: number): void
  /** Answer: Extra, an address. */
  metaLeader(token: number): void
  /** Answer: Extra, an address. */
  moveMetaLeader(token: number, server?: string): void
  addFault(rule: NativeFaultRule): NativeFault | Failure
  /** Answer: Done, when every socket is closed and, without a data directory, the files are deleted. */
  stop(token: number): void
}

export interface NativeFaultRule {
  rpc?: string
  table?: string
  partitionIndex?: number
  server?: string
  skip: number
  times?: number
  share: number
  seed: number
  reaction: NativeReaction
}

export type ReactionKind = 'error' | 'delayMs' | 'drop' | 'duplicate' | 'corrupt' | 'disconnect'

export interface NativeReaction {
  kind: ReactionKind
  /** For `error`. */
  error?: string
  /** For `delayMs`. */
  delayMs?: number
  /** For `error`, `drop` and `disconnect`. */
  carriedOut: boolean
}

export interface NativeFault {
  hits(): number
  /** Gives false when the fault had been removed already. */
  remove(): boolean
}
