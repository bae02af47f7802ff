import type { Below } from './failures'

/**
 * The answer of a failed operation. The error itself is made by {@link unwrap}, after the await in the method that the
 * user called, so its stack shows the caller.
 */
export class Unanswered {
  /** `below`: the stack leaves out the frame of this function and every frame above it. */
  constructor(readonly error: (below: Below) => unknown) {}
}

/** The answer of an operation that is still to come. */
export type Answer<T> = Promise<T | Unanswered>

/** Gives the value, or throws the error. */
export function unwrap<T>(answer: T | Unanswered): T {
  if (answer instanceof Unanswered) throw answer.error(unwrap)
  return answer
}

/** Awaits an answer and unwraps it. */
export type Unwrapper<T> = (answer: Answer<T>) => Promise<T>

/** Makes an unwrapper with a name of its own, which the stacks of its errors show. */
export function unwrapperOf<T>(name: string): Unwrapper<T> {
  const named = {
    async [name](answer: Answer<T>): Promise<T> {
      return unwrap(await answer)
    },
  }
  return named[name] as Unwrapper<T>
}
