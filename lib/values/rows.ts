/** Rows of one hash key, in ascending byte order of their sort keys. */
export interface MultiGetResult {
  /** All Buffers share the memory of one reply. `Buffer.from(value)` makes a copy that does not keep that memory alive. */
  entries: { sortKey: Buffer; value: Buffer }[]
  /** False when a limit of the client or of the server cut the reply: there may be more rows. */
  complete: boolean
}

/** Sort keys of one hash key, in ascending byte order. */
export interface SortKeysResult {
  /** All Buffers share the memory of one reply, as in {@link MultiGetResult.entries}. */
  sortKeys: Buffer[]
  /** False when a limit of the client or of the server cut the reply: there may be more sort keys. */
  complete: boolean
}

/** A row found by a scan. Its Buffers share the memory of their batch: keeping one keeps the whole batch in memory. */
export interface ScanEntry {
  hashKey: Buffer
  sortKey: Buffer
  /** Empty when the scan has `noValue`. */
  value: Buffer
  /** When the row expires; `null` when it never does. Present only when the scan has `returnExpireTs`. */
  expireAt?: Date | null
}

/** How far a count has come. */
export interface CountProgress {
  /** Rows found so far, in the partitions already counted. */
  rows: number
  /** Partitions already counted. */
  partitionsDone: number
  /** All partitions of the table. */
  partitions: number
}
