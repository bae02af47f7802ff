import { NOT_GIVEN } from '../crossing/native'
import { callback, signal } from './checks/kinds'
import { incrTtl, positive, ttl } from './checks/numbers'
import { type Checks, checked } from './checks/schema'

/** Options of every operation. */
export interface CallOptions {
  /** Milliseconds for the whole call, all attempts together. Default: the timeout of the table, or of the client. */
  timeoutMs?: number
  /**
   * Aborts the call: it rejects at once with the signal's `reason`. A request that was already sent is not taken back,
   * so an aborted write may still be applied.
   */
  signal?: AbortSignal
}

/** Options of a read. */
export interface ReadOptions extends CallOptions {
  /**
   * Called before the promise resolves when the answer, or a part of it, came from a secondary: because the primary is
   * gone, or slow just now, or for a while. Such an answer may lack the latest writes. Only tables with
   * {@link TableOptions.backupRequest} call it. If it throws, the call rejects with that error.
   */
  onMaybeStale?(): void
}

/** Options of a write. */
export interface WriteOptions extends CallOptions {
  /**
   * Seconds until the written rows expire. Absent or 0: they never expire, unless the table has a default TTL on the
   * server. The rows must expire before 2084-01-19.
   */
  ttlSeconds?: number
}

/** Options of {@link Table.incr}. */
export interface IncrOptions extends CallOptions {
  /**
   * Changes the row's expiry. Absent or 0: an existing row keeps its expiry, and a new row never expires. -1: the row
   * never expires. Above 0: the row expires after this many seconds, before 2084-01-19.
   */
  ttlSeconds?: number
}

export const CALL = { timeoutMs: positive, signal } satisfies Checks<CallOptions>
export const READ = {
  ...CALL,
  onMaybeStale: callback<NonNullable<ReadOptions['onMaybeStale']>>,
} satisfies Checks<ReadOptions>
const WRITE = { ...CALL, ttlSeconds: ttl } satisfies Checks<WriteOptions>
const INCR = { ...CALL, ttlSeconds: incrTtl } satisfies Checks<IncrOptions>

interface CheckedCall {
  timeoutMs: number
  signal?: AbortSignal
}

interface CheckedRead extends CheckedCall {
  onMaybeStale?: () => void
}

interface CheckedWrite extends CheckedCall {
  ttlSeconds: number
}

/** Shared by all calls without options, which are most. */
const PLAIN_CALL: Readonly<CheckedCall> = { timeoutMs: NOT_GIVEN }
const PLAIN_WRITE: Readonly<CheckedWrite> = { timeoutMs: NOT_GIVEN, ttlSeconds: 0 }

export function callOptions(given: CallOptions | undefined): Readonly<CheckedCall> {
  return given === undefined ? PLAIN_CALL : { timeoutMs: NOT_GIVEN, ...checked(given, CALL) }
}

export function readOptions(given: ReadOptions | undefined): Readonly<CheckedRead> {
  return given === undefined ? PLAIN_CALL : { timeoutMs: NOT_GIVEN, ...checked(given, READ) }
}

export function writeOptions(given: WriteOptions | undefined): Readonly<CheckedWrite> {
  return given === undefined ? PLAIN_WRITE : { ...PLAIN_WRITE, ...checked(given, WRITE) }
}

export function incrOptions(given: IncrOptions | undefined): Readonly<CheckedWrite> {
  return given === undefined ? PLAIN_WRITE : { ...PLAIN_WRITE, ...checked(given, INCR) }
}
