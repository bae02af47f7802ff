import {
  type Bytes,
  type Check,
  type CheckResult,
  CheckType,
  FilterType,
  type MultiGetLimits,
  type MultiGetOptions,
  type MultiGetResult,
  type ScanEntry,
  type ScanOptions,
} from 'pegasus-client'

/** The maximum of rows in one reply, whatever was asked for. */
const SERVER_ROWS = 3000

/** How far an expiry time may be from the expected one: the clock runs during calls. */
const NEAR_MS = 5000

/** A call that the model expects to fail with this code. */
export class Refusal extends Error {
  constructor(readonly code: string) {
    super(code)
  }
}

/** When a row expires: from seconds left, or from a Date; `Infinity` for never. */
export class Expiry {
  constructor(readonly at: number) {}

  fits(found: unknown): boolean {
    if (this.at === Number.POSITIVE_INFINITY) return found === null || found === -1
    const at = found instanceof Date ? found.getTime() : Date.now() + Number(found) * 1000
    return (found instanceof Date || typeof found === 'number') && Math.abs(at - this.at) <= NEAR_MS
  }
}

export interface Row {
  value: Buffer
  expiry: Expiry
}

/** The options of reads by range that matter here. */
export type Range = Pick<
  ScanOptions,
  'startInclusive' | 'stopInclusive' | 'sortKeyFilterType' | 'sortKeyFilterPattern'
>

export function buffer(bytes: Bytes): Buffer {
  return Buffer.from(bytes as Uint8Array)
}

export function row(value: Bytes, ttlSeconds = 0): Row {
  const at = ttlSeconds === 0 ? Number.POSITIVE_INFINITY : Date.now() + ttlSeconds * 1000
  return { value: buffer(value), expiry: new Expiry(at) }
}

/** A model of a table: a map of hash keys to maps of sort keys, both as hex, which sorts as the bytes do. */
export class Model {
  readonly #rows = new Map<string, Map<string, Row>>()

  get(hashKey: Bytes, sortKey: Bytes): Row | undefined {
    return this.#rows.get(hex(hashKey))?.get(hex(sortKey))
  }

  value(hashKey: Bytes, sortKey: Bytes): Buffer | null {
    return this.get(hashKey, sortKey)?.value ?? null
  }

  set(hashKey: Bytes, sortKey: Bytes, row: Row): void {
    const hash = hex(hashKey)
    if (!this.#rows.has(hash)) this.#rows.set(hash, new Map())
    this.#rows.get(hash)?.set(hex(sortKey), row)
  }

  remove(hashKey: Bytes, sortKey: Bytes): void {
    this.#rows.get(hex(hashKey))?.delete(hex(sortKey))
  }

  /** The rows of a hash key, ascending. */
  rowsOf(hashKey: Bytes): { sortKey: Buffer; row: Row }[] {
    const rows = [...(this.#rows.get(hex(hashKey)) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1))
    return rows.map(([sortKey, row]) => ({ sortKey: Buffer.from(sortKey, 'hex'), row }))
  }

  /** All hash keys, ascending. */
  hashKeys(): Buffer[] {
    return [...this.#rows.keys()].sort().map((hashKey) => Buffer.from(hashKey, 'hex'))
  }

  multiGet(hashKey: Bytes, sortKeys: Bytes[] | null, limits: MultiGetLimits = {}): MultiGetResult {
    group(hashKey)
    if (sortKeys === null) return this.multiGetRange(hashKey, '', '', limits)
    some(sortKeys)
    const wanted = new Set(sortKeys.map(hex))
    const reply = new Reply(limits)
    for (const { sortKey, row } of this.rowsOf(hashKey)) {
      if (!wanted.has(hex(sortKey))) continue
      // Here a limit counts only if one more row exists.
      if (reply.full) return reply.end(false)
      reply.push(sortKey, row)
    }
    return reply.end(true)
  }

  multiGetRange(hashKey: Bytes, start: Bytes, stop: Bytes, options: MultiGetOptions = {}): MultiGetResult {
    group(hashKey)
    const span = new Span(start, stop, options)
    const reply = new Reply(options)
    if (span.empty) return reply.end(true)
    const rows = this.rowsOf(hashKey)
    if (options.reverse === true) return downwards(rows.reverse(), span, options, reply)
    for (const { sortKey, row } of rows) {
      if (sortKey.compare(span.start) < 0) continue
      // A limit counts if the hash key has more rows, even outside the range.
      if (reply.full) return reply.end(false)
      if (span.isAfter(sortKey)) break
      if (span.has(sortKey) && passes(options, sortKey)) reply.push(sortKey, row)
      if (span.isStop(sortKey)) break
    }
    return reply.end(true)
  }

  /** The rows of a range without limits. */
  range(hashKey: Bytes, start: Bytes, stop: Bytes, options: Range = {}): { sortKey: Buffer; row: Row }[] {
    group(hashKey)
    const span = new Span(start, stop, options)
    const inRange = ({ sortKey }: { sortKey: Buffer }) => span.has(sortKey) && passes(options, sortKey)
    return span.empty ? [] : this.rowsOf(hashKey).filter(inRange)
  }

  scan(hashKey: Bytes, start: Bytes, stop: Bytes, options: ScanOptions = {}): ScanEntry[] {
    const rows = this.range(hashKey, start, stop, options)
    return hashKeyPasses(options, hashKey) ? rows.map((found) => scanned(hashKey, found, options)) : []
  }

  /** A scan of the whole table; no option changes its bounds. */
  scanAll(options: ScanOptions = {}): ScanEntry[] {
    const ofOne = (hashKey: Buffer) => {
      const rows = this.rowsOf(hashKey).filter(({ sortKey }) => passes(options, sortKey))
      return rows.map((found) => scanned(hashKey, found, options))
    }
    return this.hashKeys()
      .filter((hashKey) => hashKeyPasses(options, hashKey))
      .flatMap(ofOne)
  }

  /** If the check passes, makes the changes: sort keys with their new row or `null`. */
  checked(hashKey: Bytes, check: Check, changes: [Bytes, Row | null][]): CheckResult {
    group(hashKey)
    some(changes)
    const { type, sortKey, returnCheckValue = false } = check
    const value = this.value(hashKey, sortKey)
    const succeeded = checkPasses(type, value, check.operand)
    for (const [key, row] of succeeded ? changes : []) {
      if (row === null) this.remove(hashKey, key)
      else this.set(hashKey, key, row)
    }
    return {
      succeeded,
      checkValueReturned: returnCheckValue,
      checkValueExist: returnCheckValue && value !== null,
      checkValue: returnCheckValue ? value : null,
    }
  }
}

export function hex(bytes: Bytes): string {
  return buffer(bytes).toString('hex')
}

function refuse(code: string): never {
  throw new Refusal(code)
}

/** Operations on all rows of a hash key refuse the empty hash key: its rows are in many partitions. */
export function group(hashKey: Bytes): void {
  if (hashKey.length === 0) refuse('ERR_INVALID_ARGUMENT')
}

export function some(list: unknown[]): void {
  if (list.length === 0) refuse('ERR_INVALID_ARGUMENT')
}

function scanned(
  hashKey: Bytes,
  { sortKey, row }: { sortKey: Buffer; row: Row },
  options: ScanOptions,
): ScanEntry {
  const value = options.noValue === true ? Buffer.alloc(0) : row.value
  const entry: ScanEntry = { hashKey: buffer(hashKey), sortKey, value }
  // Set apart, as expiry times are compared with a tolerance.
  if (options.returnExpireTs === true) Object.assign(entry, { expireAt: row.expiry })
  return entry
}

/** Reads from the end of the range. A server stores a row before all others, so a limit counts even at the last. */
function downwards(
  rows: { sortKey: Buffer; row: Row }[],
  span: Span,
  options: MultiGetOptions,
  reply: Reply,
): MultiGetResult {
  let complete: boolean | undefined
  for (const { sortKey, row } of rows) {
    if (span.isAfter(sortKey)) continue
    if (reply.full || sortKey.compare(span.start) < 0) break
    if (span.has(sortKey) && passes(options, sortKey)) reply.push(sortKey, row)
    if (sortKey.equals(span.start)) {
      complete = true
      break
    }
  }
  const { entries, ...rest } = reply.end(complete ?? !reply.full)
  return { entries: entries.reverse(), ...rest }
}

class Span {
  start: Buffer
  #startInclusive: boolean
  /** `null` for the end of the hash key. */
  #stop: Buffer | null
  #stopInclusive: boolean

  constructor(start: Bytes, stop: Bytes, options: Range) {
    this.start = buffer(start)
    this.#startInclusive = options.startInclusive ?? true
    this.#stop = stop.length === 0 ? null : buffer(stop)
    this.#stopInclusive = options.stopInclusive ?? false
    const pattern = buffer(options.sortKeyFilterPattern ?? '')
    if (options.sortKeyFilterType === FilterType.MatchPrefix && pattern.length > 0) this.#narrow(pattern)
  }

  #narrow(prefix: Buffer): void {
    if (prefix.compare(this.start) > 0) {
      this.start = prefix
      this.#startInclusive = true
    }
    const end = successor(prefix)
    if (end !== null && (this.#stop === null || end.compare(this.#stop) <= 0)) {
      this.#stop = end
      this.#stopInclusive = false
    }
  }

  get empty(): boolean {
    if (this.#stop === null) return false
    const order = this.start.compare(this.#stop)
    return order > 0 || (order === 0 && !(this.#startInclusive && this.#stopInclusive))
  }

  isStop(key: Buffer): boolean {
    return this.#stop?.equals(key) === true
  }

  isAfter(key: Buffer): boolean {
    if (this.#stop === null) return false
    return key.compare(this.#stop) > 0 || (this.isStop(key) && !this.#stopInclusive)
  }

  has(key: Buffer): boolean {
    const order = key.compare(this.start)
    return !this.isAfter(key) && (order > 0 || (order === 0 && this.#startInclusive))
  }
}

/** The first key after all keys that start with `prefix`; `null` if there is none. */
function successor(prefix: Buffer): Buffer | null {
  const last = prefix.findLastIndex((byte) => byte !== 0xff)
  if (last < 0) return null
  const next = Buffer.from(prefix.subarray(0, last + 1))
  next[last] = (next[last] as number) + 1
  return next
}

class Reply {
  readonly #entries: MultiGetResult['entries'] = []
  readonly #maxRows: number
  readonly #maxBytes: number
  readonly #noValue: boolean
  #bytes = 0

  constructor({ maxKvCount = 100, maxKvSize = 1_000_000, noValue = false }: MultiGetLimits) {
    this.#maxRows = maxKvCount > 0 ? Math.min(maxKvCount, SERVER_ROWS) : SERVER_ROWS
    this.#maxBytes = maxKvSize > 0 ? maxKvSize : Number.POSITIVE_INFINITY
    this.#noValue = noValue
  }

  get full(): boolean {
    return this.#entries.length >= this.#maxRows || this.#bytes >= this.#maxBytes
  }

  push(sortKey: Buffer, row: Row): void {
    const value = this.#noValue ? Buffer.alloc(0) : row.value
    this.#bytes += sortKey.length + value.length
    this.#entries.push({ sortKey, value })
  }

  end(complete: boolean): MultiGetResult {
    return { entries: this.#entries, complete }
  }
}

function passes(options: Range, sortKey: Buffer): boolean {
  return matches(sortKey, options.sortKeyFilterType, options.sortKeyFilterPattern)
}

function hashKeyPasses(options: ScanOptions, hashKey: Bytes): boolean {
  return matches(buffer(hashKey), options.hashKeyFilterType, options.hashKeyFilterPattern)
}

function matches(key: Buffer, type = FilterType.NoFilter, pattern: Bytes = ''): boolean {
  const part = buffer(pattern)
  if (part.length === 0) return true
  if (type === FilterType.MatchAnywhere) return key.includes(part)
  if (type === FilterType.MatchPrefix) return hex(key).startsWith(hex(part))
  if (type === FilterType.MatchPostfix) return key.subarray(-part.length).equals(part)
  return true
}

/** Integers as texts that are not plain decimal, and their values. */
export const ODD_INTEGERS: readonly [string, bigint][] = [
  ['0x1F', 31n],
  ['010', 8n],
  [' 12', 12n],
  ['+5', 5n],
  ['-0X10', -16n],
]

export function integer(value: Bytes): bigint | null {
  const text = buffer(value).toString('latin1')
  const odd = ODD_INTEGERS.find(([name]) => name === text)
  if (odd !== undefined) return odd[1]
  if (!/^-?\d+$/.test(text)) return null
  return fits64(BigInt(text)) ? BigInt(text) : null
}

export function fits64(number: bigint): boolean {
  return BigInt.asIntN(64, number) === number
}

function checkPasses(type: CheckType, value: Buffer | null, given: Check['operand']): boolean {
  if (type === CheckType.NoCheck) return true
  if (type === CheckType.ValueNotExist) return value === null
  if (type === CheckType.ValueNotExistOrEmpty) return value === null || value.length === 0
  if (type === CheckType.ValueExist) return value !== null
  if (type === CheckType.ValueNotEmpty) return value !== null && value.length > 0
  const operand = buffer(typeof given === 'string' || given instanceof Uint8Array ? given : String(given))
  if (type >= CheckType.ValueIntLess) {
    const number = integer(operand) ?? refuse('ERR_INVALID_ARGUMENT')
    if (value === null) return false
    const stored = integer(value) ?? refuse('ERR_INVALID_PARAMETERS')
    return inOrder(type - CheckType.ValueIntLess, stored < number ? -1 : stored > number ? 1 : 0)
  }
  if (value === null) return false
  if (type >= CheckType.ValueBytesLess)
    return inOrder(type - CheckType.ValueBytesLess, value.compare(operand))
  if (type === CheckType.ValueMatchAnywhere) return matches(value, FilterType.MatchAnywhere, operand)
  if (type === CheckType.ValueMatchPrefix) return matches(value, FilterType.MatchPrefix, operand)
  return matches(value, FilterType.MatchPostfix, operand)
}

/** The order of the five comparisons: less, less or equal, equal, greater or equal, greater. */
function inOrder(comparison: number, order: number): boolean {
  return [order < 0, order <= 0, order === 0, order >= 0, order > 0][comparison] as boolean
}
