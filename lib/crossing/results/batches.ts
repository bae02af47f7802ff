import type { BatchOutcome } from '../../values/outcomes'
import { itemErrorOf } from '../failures'
import { type Failure, NO_ROW } from '../native'
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

/** Makes the outcomes of a batch. The stacks of their errors start at the caller. */
export function outcomes(failures: readonly (Failure | null | undefined)[]): BatchOutcome[] {
  return failures.map((failure) =>
    failure == null ? { ok: true } : { ok: false, error: itemErrorOf(failure, outcomes) },
  )
}
