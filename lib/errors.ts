import type { Failure } from './native'

const INVALID_ARGUMENT = 'ERR_INVALID_ARGUMENT'

/** What a {@link PegasusError} may know beyond its code and message. */
export interface PegasusErrorDetails {
  /** May the same call succeed later? Default false. */
  retryable?: boolean
  /** Is this a write whose outcome is unknown? Default false. */
  maybeApplied?: boolean
  /** The table that the operation addressed. */
  table?: string
  /** The partition of that table, from 0. */
  partitionIndex?: number
  /** The server of the last attempt, `host:port`. */
  server?: string
  /** How often the operation was tried. */
  attempts?: number
  /** Of `delRange`: how many rows it had removed before it failed. */
  deleted?: number
  /** Of `delRange`: the sort key to go on from. */
  nextSortKey?: Buffer | null
  /** What lies beneath. */
  cause?: Error
}

/**
 * An operation that failed: refused by a server, not answered in time, or never sent.
 *
 * A wrong argument is not a `PegasusError` but a `TypeError` or a `RangeError` whose `code` is
 * `ERR_INVALID_ARGUMENT`; an aborted call rejects with the `reason` of its signal.
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
   * The server's own name of the error (`ERR_TIMEOUT`, `ERR_OBJECT_NOT_FOUND`, `ERR_BUSY`, …), or one of this
   * client: `ERR_CLIENT_CLOSED`, `ERR_TOO_MANY_REQUESTS`, `ERR_SCANNER_CLOSED`, `ERR_NATIVE_ADDON`.
   */
  readonly code: string
  /** May the same call succeed later? The client's own retries are already spent. */
  readonly retryable: boolean
  /**
   * A write whose outcome is unknown: it was sent, and no answer says whether it was applied.
   * False for every read, and for a write that no server can have seen.
   */
  readonly maybeApplied: boolean
  /** The table that the operation addressed. */
  declare readonly table?: string
  /** The partition of that table, from 0. */
  declare readonly partitionIndex?: number
  /** The server of the last attempt, `host:port`. */
  declare readonly server?: string
  /** How often the operation was tried. */
  declare readonly attempts?: number
  /** Of {@link Table.delRange}: how many rows are certain to have been removed before it failed. */
  declare readonly deleted?: number
  /**
   * Of {@link Table.delRange}: the sort key to go on from, as an inclusive start; all before it is done.
   * `null` when no row was found yet, so that it has to begin again. A printed error does not show it: it is a
   * key, and errors end up in logs.
   */
  declare readonly nextSortKey?: Buffer | null
  /** What lies beneath, where there is more to say. */
  declare readonly cause?: Error

  /** For tests and for code that wraps this client; the client makes its own. */
  constructor(code: string, message: string, details: PegasusErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.retryable = details.retryable ?? false
    this.maybeApplied = details.maybeApplied ?? false
    // Only what is known becomes a property, so that a printed error shows nothing undefined.
    const { table, partitionIndex, server, attempts, deleted, nextSortKey } = details
    const known = { table, partitionIndex, server, attempts, deleted, nextSortKey }
    for (const [name, value] of Object.entries(known)) {
      // What is stored in the cluster is for programs, and not for whatever prints errors.
      const enumerable = name !== 'nextSortKey'
      if (value !== undefined) Object.defineProperty(this, name, { value, enumerable })
    }
  }

  override get name(): string {
    return 'PegasusError'
  }
}

/** A function whose frame, with all above it, is left out of a stack. */
export type Below = (...parameters: never[]) => unknown

/** Made where the stack is the caller's: `below` is the first function that its frames leave out. */
export function errorOf(failure: Failure, below: Below): PegasusError | RangeError {
  // What only the whole request shows, such as its length, is found by the addon, and is still an argument.
  const isArgument = failure.code === INVALID_ARGUMENT
  const error = isArgument ? outOfRange(failure.message) : pegasusError(failure)
  Error.captureStackTrace(error, below)
  return error
}

/** The same for one item of several, whose outcome is a value and always a {@link PegasusError}. */
export function itemErrorOf(failure: Failure, below: Below): PegasusError {
  const error = pegasusError(failure)
  Error.captureStackTrace(error, below)
  return error
}

function pegasusError(failure: Failure): PegasusError {
  const isRange = failure.deleted !== undefined
  const nextSortKey = isRange ? (failure.nextSortKey ?? null) : undefined
  return new PegasusError(failure.code, failure.message, { ...failure, nextSortKey })
}

/** A value of the wrong kind, or a combination that means nothing. */
export function wrongType(message: string): TypeError {
  return Object.assign(new TypeError(message), { code: INVALID_ARGUMENT })
}

/** A value of the right kind beyond its bounds. */
export function outOfRange(message: string): RangeError {
  return Object.assign(new RangeError(message), { code: INVALID_ARGUMENT })
}

/** For constructors that are not for callers; `instead` says what is. */
export function notConstructible(className: string, instead: string): TypeError {
  return wrongType(`a ${className} is not made with new: use ${instead}`)
}
