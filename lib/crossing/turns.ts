import { setImmediate } from 'node:timers'

/** Calls the function in a later turn. Taken once: the tests of a program may replace timers by ones that stand still. */
export const inALaterTurn = setImmediate

/** Resolves in a later turn of the event loop: the rest of the program gets its turn first. */
export function aLaterTurn(): Promise<void> {
  return new Promise((resolve) => inALaterTurn(resolve))
}
