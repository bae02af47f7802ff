import type { Bytes } from '../values/bytes'
import { REQUEST_HEADER_NUMBERS, RequestNumber, type RowOperation } from './native'
import { exactBytes, LONGEST_ARGUMENTS, mostBytes, putBytes } from './packing'

const HEADER_LENGTH = REQUEST_HEADER_NUMBERS * Uint32Array.BYTES_PER_ELEMENT

// Read once: in a loop of a million operations a second, looking up the members of an enum shows.
const {
  Length: LENGTH,
  Operation: OPERATION,
  Token: TOKEN,
  Table: TABLE,
  TimeoutMs: TIMEOUT_MS,
  TtlSeconds: TTL_SECONDS,
  HashKeyLength: HASH_KEY_LENGTH,
  SortKeyLength: SORT_KEY_LENGTH,
  ValueLength: VALUE_LENGTH,
} = RequestNumber

/** Bytes in the first buffer. */
const ROOM = 64 * 1024
/** A buffer that grew beyond this size for large values is replaced after use. */
const KEPT_ROOM = 1024 * 1024

/**
 * Operations on single rows on their way to the addon. They stand in one buffer as records, so a burst crosses in one
 * call and a string needs no Buffer of its own. A record has a header of little-endian u32 at the positions that
 * {@link RequestNumber} lists. Then come hash key, sort key and value without gaps, and padding to a multiple of four.
 */
export class Requests {
  #bytes = Buffer.allocUnsafeSlow(ROOM)
  #numbers = new Uint32Array(this.#bytes.buffer)
  #length = 0
  readonly #most: number

  /** Arguments of an operation of more than `most` bytes together are refused. */
  constructor(most = LONGEST_ARGUMENTS) {
    this.#most = most
  }

  /** Length of all records in bytes. */
  get length(): number {
    return this.#length
  }

  /** Adds a record. The arguments are already checked; their bytes are copied. */
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
    const start = this.#length
    let room = mostBytes(hashKey) + mostBytes(sortKey) + mostBytes(value)
    if (room > this.#most)
      room = exactBytes('hashKey, sortKey and value', [hashKey, sortKey, value], this.#most)
    this.#reserve(start + HEADER_LENGTH + room)
    const hashKeyStart = start + HEADER_LENGTH
    const sortKeyStart = putBytes(this.#bytes, hashKey, hashKeyStart)
    const valueStart = putBytes(this.#bytes, sortKey, sortKeyStart)
    const end = putBytes(this.#bytes, value, valueStart)
    this.#length = (end + 3) & ~3
    const numbers = this.#numbers
    const at = start >>> 2
    numbers[at + LENGTH] = this.#length - start
    numbers[at + OPERATION] = operation
    numbers[at + TOKEN] = token
    numbers[at + TABLE] = table
    numbers[at + TIMEOUT_MS] = timeoutMs
    numbers[at + TTL_SECONDS] = ttlSeconds
    numbers[at + HASH_KEY_LENGTH] = sortKeyStart - hashKeyStart
    numbers[at + SORT_KEY_LENGTH] = valueStart - sortKeyStart
    numbers[at + VALUE_LENGTH] = end - valueStart
  }

  /** Gives the buffer whose first `length` bytes are the records, and starts anew: the next `add` overwrites them. */
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

/** The value of an increment: a little-endian i64. */
export function incrementBytes(by: bigint): Uint8Array {
  const value = Buffer.allocUnsafe(8)
  value.writeBigInt64LE(by)
  return value
}
