import { INVALID_ARGUMENT, outOfRange } from '../values/argument-errors'
import { PegasusError } from '../values/errors'
import type { Failure } from './native'

/** A function whose frame, with every frame above it, is left out of a stack. */
export type Below = (...parameters: never[]) => unknown

/** Makes the error of a failed operation. Call it on the caller's stack; `below` is the first function left out. */
export function errorOf(failure: Failure, below: Below): PegasusError | RangeError {
  // Some limits, such as the length of a whole request, are checked by the addon. They are argument errors too.
  const isArgument = failure.code === INVALID_ARGUMENT
  const error = withoutStack(() => (isArgument ? outOfRange(failure.message) : pegasusError(failure)))
  Error.captureStackTrace(error, below)
  return error
}

/** As {@link errorOf}, for one item of a batch: the outcome always holds a {@link PegasusError}. */
export function itemErrorOf(failure: Failure, below: Below): PegasusError {
  const error = withoutStack(() => pegasusError(failure))
  Error.captureStackTrace(error, below)
  return error
}

/**
 * Makes an error that gets its stack later. A stack costs more than all the rest of an error, and thousands of
 * operations may fail in one moment.
 */
function withoutStack<T>(make: () => T): T {
  const { stackTraceLimit } = Error
  // Not an assignment: that would throw where a program has frozen the intrinsics.
  Reflect.set(Error, 'stackTraceLimit', 0)
  try {
    return make()
  } finally {
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit)
  }
}

function pegasusError(failure: Failure): PegasusError {
  if (failure.deleted === undefined) return new PegasusError(failure.code, failure.message, failure)
  const nextSortKey = failure.nextSortKey ?? null
  return new PegasusError(failure.code, failure.message, { ...failure, nextSortKey })
}
