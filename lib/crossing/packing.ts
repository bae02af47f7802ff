import type { Bytes } from '../values/bytes'

/** Up to this length, copying byte by byte is faster than a call of the engine's own copy function. */
const SHORT = 12

/** UTF-8 needs at most 3 bytes for one UTF-16 code unit of a string. */
const MOST_BYTES_PER_UNIT = 3

/** An upper bound of the length in bytes. */
export function mostBytes(value: Bytes): number {
  return typeof value === 'string' ? value.length * MOST_BYTES_PER_UNIT : value.length
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

/** Packs a list for the addon: each element as a little-endian u32 length and its bytes. */
export function pack(list: readonly Bytes[]): Buffer {
  let room = 0
  for (const item of list) room += 4 + mostBytes(item)
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
