/** Receives `count` records (RECORD_LENGTH numbers each) in one visit to the JavaScript thread. */
export type OnBatch = (records: Uint32Array, count: number, slab: Buffer, extras: unknown[]) => void

/** Why an operation failed. `failures.ts` makes the error from it, on the caller's stack. */
export interface Failure {
  code: string
  message: string
  retryable: boolean
  maybeApplied: boolean
  table?: string
  partitionIndex?: number
  server?: string
  attempts?: number
  /** Present for every failed `delRange`, and only then: how many rows it had removed. */
  deleted?: number
  /** Where that removal stopped, if it had found a row. */
  nextSortKey?: Buffer
}

export interface LogLine {
  /** The number that `connect` was given as `logId`. */
  logId: number
  /** 1 error, 2 warn, 3 info, 4 debug. */
  level: number
  message: string
}
