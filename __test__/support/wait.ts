import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { PegasusError } from 'pegasus-client'

/** Waits until a condition holds; fails if it takes too long. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  withinMs = 5000,
): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`after ${withinMs} ms still not: ${what}`)
    await sleep(10)
  }
}

/** How long a piece of work takes, in milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** The error that a promise is rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('it did not reject')
}

/** As {@link rejection}, for an error that must be a PegasusError. */
export async function pegasusError(promise: Promise<unknown>): Promise<PegasusError> {
  const error = await rejection(promise)
  assert.ok(error instanceof PegasusError, String(error))
  return error
}
