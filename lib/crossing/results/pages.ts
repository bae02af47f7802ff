import type { MultiGetResult, ScanEntry } from '../../values/rows'
import { PAGE_HEADER_NUMBERS, PageFlag } from '../native'
import { view } from '../views'

/**
 * Pages of rows as the addon packs them: one Buffer for each reply. The Buffers of rows are views of it.
 *
 * A page starts with two little-endian u32: flags (bits of {@link PageFlag}) and the number of rows. Then comes a table of u32 for each row:
 *   in a page of pairs, the lengths of sort key and value;
 *   in a page of scanned rows, the lengths of hash key, sort key and value and, with `WithExpiry`, the expiry in Unix
 *   seconds (0: never).
 * Then come all bytes, in the same order, without gaps. The Buffer is aligned for a Uint32Array.
 */

/** Reads a page from its first row to its last. */
class PageReader {
  readonly flags: number
  readonly rows: number
  readonly #memory: ArrayBufferLike
  readonly #numbers: Uint32Array
  #number = PAGE_HEADER_NUMBERS
  /** Where the next bytes start in the memory. */
  #offset: number

  /** `numbersPerRow` depends on the flags, which stand in the page. */
  constructor(page: Buffer, numbersPerRow: (flags: number) => number) {
    const { buffer: memory, byteOffset } = page
    const [flags, rows] = new Uint32Array(memory, byteOffset, PAGE_HEADER_NUMBERS) as unknown as [
      number,
      number,
    ]
    const numbers = PAGE_HEADER_NUMBERS + rows * numbersPerRow(flags)
    this.flags = flags
    this.rows = rows
    this.#memory = memory
    this.#numbers = new Uint32Array(memory, byteOffset, numbers)
    this.#offset = byteOffset + numbers * Uint32Array.BYTES_PER_ELEMENT
  }

  number(): number {
    return this.#numbers[this.#number++] as number
  }

  bytes(): Buffer {
    const start = this.#offset
    const length = this.number()
    this.#offset = start + length
    return view(this.#memory, start, length)
  }
}

export function decodePairs(page: Buffer): MultiGetResult {
  const reader = new PageReader(page, () => 2)
  const entries = []
  for (let row = 0; row < reader.rows; row++) entries.push({ sortKey: reader.bytes(), value: reader.bytes() })
  return { entries, complete: (reader.flags & PageFlag.Complete) !== 0 }
}

/** A page of scanned rows. Each entry is made when it is taken. */
export class ScanPage {
  readonly #reader: PageReader
  readonly #withExpiry: boolean
  #left: number

  /** Rows not yet taken. */
  get left(): number {
    return this.#left
  }

  constructor(page: Buffer) {
    this.#reader = new PageReader(page, (flags) => ((flags & PageFlag.WithExpiry) === 0 ? 3 : 4))
    this.#withExpiry = (this.#reader.flags & PageFlag.WithExpiry) !== 0
    this.#left = this.#reader.rows
  }

  take(): ScanEntry | undefined {
    if (this.#left === 0) return undefined
    this.#left--
    const reader = this.#reader
    const entry: ScanEntry = { hashKey: reader.bytes(), sortKey: reader.bytes(), value: reader.bytes() }
    if (this.#withExpiry) entry.expireAt = expiryDate(reader.number())
    return entry
  }

  takeAll(): ScanEntry[] {
    const entries = []
    for (let entry = this.take(); entry !== undefined; entry = this.take()) entries.push(entry)
    return entries
  }
}

function expiryDate(unixSeconds: number): Date | null {
  return unixSeconds === 0 ? null : new Date(unixSeconds * 1000)
}
