import { itemErrorOf } from './errors'
import type { Failure } from './native'
import type { BatchOutcome } from './options'
import { view } from './views'

/** The length that stands for "no such row". */
const ABSENT = 0xffff_ffff

/**
 * Reads a page of values, of which the results are views: the number of values, their lengths (u32 each, as the
 * addon's machine writes them), then their bytes without gaps.
 */
export function decodeValues(page: Buffer): (Buffer | null)[] {
  const { buffer: memory, byteOffset } = page
  const [count = 0] = new Uint32Array(memory, byteOffset, 1)
  const lengths = new Uint32Array(memory, byteOffset + Uint32Array.BYTES_PER_ELEMENT, count)
  const values: (Buffer | null)[] = []
  let at = byteOffset + (1 + count) * Uint32Array.BYTES_PER_ELEMENT
  for (const length of lengths) {
    if (length === ABSENT) {
      values.push(null)
      continue
    }
    values.push(view(memory, at, length))
    at += length
  }
  return values
}

/** The outcomes of the items of a batch; the stacks of their errors are the caller's. */
export function outcomes(failures: readonly (Failure | null | undefined)[]): BatchOutcome[] {
  return failures.map((failure) =>
    failure == null ? { ok: true } : { ok: false, error: itemErrorOf(failure, outcomes) },
  )
}
