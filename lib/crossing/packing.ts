import { outOfRange } from '../values/argument-errors'
import type { Bytes } from '../values/bytes'

/** Up to this length, copying byte by byte is faster than a call of the engine's own copy function. */
const SHORT = 12

/** UTF-8 needs at most 3 bytes for one UTF-16 code unit of a string. */
const MOST_BYTES_PER_UNIT = 3

/** An upper bound of the length in bytes. */
export function mostBytes(value: Bytes): number {
  return typeof value === 'string' ? value.length * MOST_BYTES_PER_UNIT : value.length
}

/** The most bytes of arguments that cross in one call: their lengths are 32-bit numbers. */
export const LONGEST_ARGUMENTS = 2 ** 30

/**
 * The length of values, which a message calls `what`, in bytes. For those that {@link mostBytes} finds too long: measuring
 * strings takes time.
 *
 * @throws `RangeError` when they are longer than `most`.
 */
export function exactBytes(what: string, values: readonly Bytes[], most: number): number {
  let length = 0
  for (const value of values) length += typeof value === 'string' ? Buffer.byteLength(value) : value.length
  if (length <= most) return length
  throw outOfRange(`${what} are ${length} bytes long together: one call takes at most ${most}`)
}

/** Writes bytes into `target`, which must have room for them, and gives their end. */
export function putBytes(target: Buffer, value: Bytes, start: number): number {
  if (typeof value === 'string') return putString(target, value, start)
  if (value.length > SHORT) target.set(value, start)
  else for (let i = 0; i < value.length; i++) target[start + i] = value[i] as number
  return start + value.length
}

function putString(target: Buffer, value: string, start: number): number {
  if (value.length > SHORT) return start + target.write(value, start)
  for (let i = 0; i < value.length; i++) {
    const unit = value.charCodeAt(i)
    if (unit > 0x7f) return start + target.write(value, start)
    target[start + i] = unit
  }
  return start + value.length
}

/**
 * Packs a list for the addon: each element as a little-endian u32 length and its bytes. Elements of more than `most`
 * bytes together are refused.
 */
export function pack(list: readonly Bytes[], most = LONGEST_ARGUMENTS): Buffer {
  let room = 0
  for (const item of list) room += 4 + mostBytes(item)
  if (room > most) room = 4 * list.length + exactBytes('the keys and values', list, most)
  const packed = Buffer.allocUnsafe(room)
  let at = 0
  for (const item of list) {
    const end = putBytes(packed, item, at + 4)
    const length = end - at - 4
    packed[at] = length
    packed[at + 1] = length >>> 8
    packed[at + 2] = length >>> 16
    packed[at + 3] = length >>> 24
    at = end
  }
  return packed.subarray(0, at)
}
