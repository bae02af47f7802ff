import { INVALID_ARGUMENT, outOfRange } from '../values/argument-errors'
import { PegasusError } from '../values/errors'
import type { Failure } from './native'

/** A function whose frame, with every frame above it, is left out of a stack. */
export type Below = (...parameters: never[]) => unknown

/** Makes the error of a failed operation. Call it on the caller's stack; `below` is the first function left out. */
export function errorOf(failure: Failure, below: Below): PegasusError | RangeError {
  // Some limits, such as the length of a whole request, are checked by the addon. They are argument errors too.
  const isArgument = failure.code === INVALID_ARGUMENT
  const error = isArgument ? outOfRange(failure.message) : pegasusError(failure)
  Error.captureStackTrace(error, below)
  return error
}

/** As {@link errorOf}, for one item of a batch: the outcome always holds a {@link PegasusError}. */
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
