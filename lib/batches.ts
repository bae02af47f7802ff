import { itemErrorOf } from './errors'
import type { Failure } from './native'
import type { BatchOutcome } from './options'

/** The length that stands for "no such row". */
const ABSENT = 0xffff_ffff

/**
 * Reads a page of values, of which the results are views: the number of values, their lengths (u32 each, as the
 * addon's machine writes them), then their bytes without gaps.
 */
export function decodeValues(page: Buffer): (Buffer | null)[] {
  const [count = 0] = new Uint32Array(page.buffer, page.byteOffset, 1)
  const lengths = new Uint32Array(page.buffer, page.byteOffset + Uint32Array.BYTES_PER_ELEMENT, count)
  let offset = (1 + count) * Uint32Array.BYTES_PER_ELEMENT
  return Array.from(lengths, (length) => {
    if (length === ABSENT) return null
    const start = offset
    offset += length
    return page.subarray(start, offset)
  })
}

/** The outcomes of the items of a batch; the stacks of their errors are the caller's. */
export function outcomes(failures: readonly (Failure | null | undefined)[]): BatchOutcome[] {
  return failures.map((failure) =>
    failure == null ? { ok: true } : { ok: false, error: itemErrorOf(failure, outcomes) },
  )
}
