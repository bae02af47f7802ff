import type { PegasusError } from '../../values/errors'
import { itemErrorOf } from '../failures'
import { type Failure, type NativeOutcomes, NO_ROW, SUCCEEDED } from '../native'
import { aLaterTurn } from '../turns'
import { view } from '../views'

/**
 * Reads a page of values; the results are views of it. The page holds the number of values and their lengths (u32
 * each, in the byte order of this machine), then their bytes without gaps.
 */
export function decodeValues(page: Buffer): (Buffer | null)[] {
  const { buffer: memory, byteOffset } = page
  const [count = 0] = new Uint32Array(memory, byteOffset, 1)
  const lengths = new Uint32Array(memory, byteOffset + Uint32Array.BYTES_PER_ELEMENT, count)
  const values: (Buffer | null)[] = []
  let at = byteOffset + (1 + count) * Uint32Array.BYTES_PER_ELEMENT
  for (const length of lengths) {
    if (length === NO_ROW) {
      values.push(null)
      continue
    }
    values.push(view(memory, at, length))
    at += length
  }
  return values
}

/** Errors of items that are made in one turn of the event loop: each captures a stack. */
const ERRORS_IN_A_TURN = 64

type Failed = { ok: false; error: PegasusError }

/**
 * Makes the outcomes of a batch; `success` gives the outcome of the item at an index. Call it in the method that the
 * user called: the stacks of the errors start there.
 */
export async function itemOutcomes<Success>(
  { numbers, failures }: NativeOutcomes,
  success: (at: number) => Success,
): Promise<(Success | Failed)[]> {
  const count = numbers.length / Uint32Array.BYTES_PER_ELEMENT
  const numbered = new Uint32Array(numbers.buffer, numbers.byteOffset, count)
  const outcomes: (Success | Failed)[] = []
  let errors = 0
  for (let at = 0; at < count; at++) {
    const number = numbered[at] as number
    if (number === SUCCEEDED) {
      outcomes.push(success(at))
      continue
    }
    if (errors > 0 && errors % ERRORS_IN_A_TURN === 0) await aLaterTurn()
    errors++
    outcomes.push({ ok: false, error: itemErrorOf(failures[number - 1] as Failure, itemOutcomes) })
  }
  return outcomes
}
