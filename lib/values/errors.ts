/** Optional fields of a {@link PegasusError}. */
export interface PegasusErrorDetails {
  /** True when the same call may succeed later. Default false. */
  retryable?: boolean
  /** True for a write whose outcome is unknown. Default false. */
  maybeApplied?: boolean
  /** The table of the operation. */
  table?: string
  /** The partition of that table; the first is 0. */
  partitionIndex?: number
  /** The server of the last attempt, `host:port`. */
  server?: string
  /** The number of attempts. */
  attempts?: number
  /** `delRange` only: the number of rows removed before the failure. */
  deleted?: number
  /** `delRange` only: the sort key to continue from. */
  nextSortKey?: Buffer | null
  /** The underlying error. */
  cause?: Error
}

/**
 * A failed operation: a server refused it, no answer came in time, or it was never sent.
 *
 * Two failures have other classes. A wrong argument gives a `TypeError` or a `RangeError` with the `code`
 * `ERR_INVALID_ARGUMENT`. An aborted call rejects with the `reason` of its signal.
 *
 * @example
 * ```ts
 * try {
 *   await table.set('user', 'name', 'Ada')
 * } catch (error) {
 *   if (error instanceof PegasusError && error.retryable && !error.maybeApplied) return later()
 *   throw error
 * }
 * ```
 */
export class PegasusError extends Error {
  /**
   * The server's name for the error (`ERR_TIMEOUT`, `ERR_OBJECT_NOT_FOUND`, `ERR_BUSY`, …), or a code of this
   * client: `ERR_CLIENT_CLOSED`, `ERR_TOO_MANY_REQUESTS`, `ERR_SCANNER_CLOSED`, `ERR_NATIVE_ADDON`;
   * `ERR_OUT_OF_RESOURCES` when the system gives no thread or file descriptor for the client's own thread, or for a local
   * cluster; `ERR_RESULT_TOO_LARGE` for a result that is longer than a Buffer can be, 4 GiB.
   */
  readonly code: string
  /** True when the same call may succeed later. The client has already used up its own retries. */
  readonly retryable: boolean
  /**
   * True for a write whose outcome is unknown: it was sent, and no answer says whether it was applied.
   * False for every read, and for a write that no server can have received.
   */
  readonly maybeApplied: boolean
  /** The table of the operation. */
  declare readonly table?: string
  /** The partition of that table; the first is 0. */
  declare readonly partitionIndex?: number
  /** The server of the last attempt, `host:port`. */
  declare readonly server?: string
  /** The number of attempts. */
  declare readonly attempts?: number
  /** {@link Table.delRange} only: the number of rows certainly removed before the failure. */
  declare readonly deleted?: number
  /**
   * {@link Table.delRange} only: the sort key to continue from, as an inclusive start. All rows before it are removed.
   * `null` when the failure came before the first row was found: start again from the beginning. Printing the error
   * does not show this property, because it is a key and errors end up in logs.
   */
  declare readonly nextSortKey?: Buffer | null
  /** The underlying error, if there is one. */
  declare readonly cause?: Error

  /** For tests and for code that wraps this client. The client makes its own errors. */
  constructor(code: string, message: string, details: PegasusErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.retryable = details.retryable ?? false
    this.maybeApplied = details.maybeApplied ?? false
    // Only known fields become properties, so a printed error shows nothing undefined.
    const { table, partitionIndex, server, attempts, deleted, nextSortKey } = details
    if (table !== undefined) this.table = table
    if (partitionIndex !== undefined) this.partitionIndex = partitionIndex
    if (server !== undefined) this.server = server
    if (attempts !== undefined) this.attempts = attempts
    if (deleted !== undefined) this.deleted = deleted
    // A key is user data: programs can read it, but printing the error must not show it.
    if (nextSortKey !== undefined) {
      Object.defineProperty(this, 'nextSortKey', { value: nextSortKey, enumerable: false })
    }
  }

  override get name(): string {
    return 'PegasusError'
  }
}
