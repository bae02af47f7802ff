import { bytes, HASH_KEY_LIMIT, hashKeyBytes, isBytes, valueBytes } from './arguments'
import type { RowOperation } from './native'
import type { Bytes } from './options'
import { mostBytes, putBytes } from './packing'

/** Operation, token, table, timeout, lifetime, then the lengths of the three byte strings. */
const HEADER_NUMBERS = 9
const HEADER_LENGTH = HEADER_NUMBERS * Uint32Array.BYTES_PER_ELEMENT

const ROOM = 64 * 1024
/** A buffer that grew beyond this for large values is not kept. */
const KEPT_ROOM = 1024 * 1024

/** The value of operations that have none. */
export const NO_VALUE = new Uint8Array(0)

/**
 * Operations on single rows on their way to the addon, one record behind the other, so that many cross in one
 * call and a string needs no Buffer of its own. A record is a header of nine little-endian u32 (its length in
 * bytes with all that belongs to it, then as {@link Requests.add} takes them, then the lengths of hash key, sort
 * key and value), those bytes without gaps, and padding to a multiple of four.
 */
export class Requests {
  #bytes = Buffer.allocUnsafeSlow(ROOM)
  #numbers = new Uint32Array(this.#bytes.buffer)
  #length = 0

  /** How many bytes the records take. */
  get length(): number {
    return this.#length
  }

  /** Adds a record; a wrong argument throws and adds none. The bytes are copied. */
  add(
    operation: RowOperation,
    token: number,
    table: number,
    timeoutMs: number,
    ttlSeconds: number,
    hashKey: Bytes,
    sortKey: Bytes,
    value: Bytes,
  ): void {
    if (!isBytes(hashKey)) bytes('hashKey', hashKey)
    if (!isBytes(sortKey)) bytes('sortKey', sortKey)
    if (!isBytes(value)) valueBytes('value', value)
    const start = this.#length
    this.#reserve(start + HEADER_LENGTH + mostBytes(hashKey) + mostBytes(sortKey) + mostBytes(value))
    const hashKeyStart = start + HEADER_LENGTH
    const sortKeyStart = putBytes(this.#bytes, hashKey, hashKeyStart)
    const hashKeyLength = sortKeyStart - hashKeyStart
    if (hashKeyLength >= HASH_KEY_LIMIT) hashKeyBytes('hashKey', hashKey)
    const valueStart = putBytes(this.#bytes, sortKey, sortKeyStart)
    const end = putBytes(this.#bytes, value, valueStart)
    this.#length = (end + 3) & ~3
    const numbers = this.#numbers
    const at = start >>> 2
    numbers[at] = this.#length - start
    numbers[at + 1] = operation
    numbers[at + 2] = token
    numbers[at + 3] = table
    numbers[at + 4] = timeoutMs
    numbers[at + 5] = ttlSeconds
    numbers[at + 6] = hashKeyLength
    numbers[at + 7] = valueStart - sortKeyStart
    numbers[at + 8] = end - valueStart
  }

  /** The buffer in which the records are, `length` bytes of it. They are gone with the next `add`. */
  take(): Buffer {
    const bytes = this.#bytes
    this.#length = 0
    if (bytes.length > KEPT_ROOM) this.#resize(ROOM)
    return bytes
  }

  #reserve(length: number): void {
    if (length <= this.#bytes.length) return
    const before = this.#bytes
    this.#resize(Math.max(2 * before.length, (length + 3) & ~3))
    this.#bytes.set(before.subarray(0, this.#length))
  }

  #resize(length: number): void {
    this.#bytes = Buffer.allocUnsafeSlow(length)
    this.#numbers = new Uint32Array(this.#bytes.buffer)
  }
}

/** The value of an increment. */
export function incrementBytes(by: bigint): Uint8Array {
  const value = Buffer.allocUnsafe(8)
  value.writeBigInt64LE(by)
  return value
}
