import {
  type Bytes,
  type Check,
  CheckType,
  FilterType,
  type MultiGetLimits,
  type Mutation,
  type ScanOptions,
} from 'pegasus-client'
import { ODD_INTEGERS, type Range } from './model'
import { Random } from './random'

/** Shows bytes: as text, or as hexadecimal digits if they are not text. */
const bytes = (hex: string) => Buffer.from(hex, 'hex')

const HASH_KEYS: Bytes[] = ['a', 'b', 'ab', 'user_1', 'ü', '\0', bytes('61ff'), bytes('ff'), bytes('ffff')]
const SORT_KEYS: Bytes[] = ['', '\0', 'a', 'a\0', 'ab', 'b', 'ba', bytes('61ff'), bytes('ff'), bytes('ffff')]
const PATTERNS: Bytes[] = ['', 'a', 'ab', 'b', '\0', bytes('ff'), bytes('ffff'), 'nowhere']
const VALUES: Bytes[] = [
  '',
  '0',
  '7',
  '-3',
  '12',
  '9223372036854775807',
  '-9223372036854775808',
  '9223372036854775808',
  'abc',
  'b',
  '1 ',
  bytes('00ff80'),
  ...ODD_INTEGERS.map(([text]) => text),
]
const FILTERS = [FilterType.MatchAnywhere, FilterType.MatchPrefix, FilterType.MatchPostfix]

/** Draws keys, values and options from a seed. There are few, so that operations often meet. */
export class Draw extends Random {
  /** Now and then the empty one, which many operations refuse. */
  list<T>(draw: () => T): T[] {
    return Array.from({ length: this.once(40) ? 0 : this.integer(1, 7) }, draw)
  }

  /** The same bytes as one of the accepted types. */
  #form(content: Bytes): Bytes {
    if (this.coin()) return content
    const padded = Uint8Array.from([1, ...Buffer.from(content as Uint8Array), 2])
    const view = padded.subarray(1, -1)
    return this.coin() ? view : Buffer.from(view)
  }

  hashKey(): Bytes {
    return this.once(60) ? '' : this.#form(this.of(HASH_KEYS))
  }

  sortKey(): Bytes {
    return this.#form(this.of(SORT_KEYS))
  }

  sortKeys(): Bytes[] {
    return this.list(() => this.sortKey())
  }

  value(): Bytes {
    return this.#form(this.of(VALUES))
  }

  /** The keys of one row. A row without a hash key is in the partition of its sort key. */
  key(): [Bytes, Bytes] {
    return [this.once(6) ? '' : this.hashKey(), this.sortKey()]
  }

  /** A time to live far longer than a run. */
  ttlSeconds(): number {
    return this.coin() ? 0 : this.integer(1, 10) * 1000
  }

  entries(): [Bytes, Bytes][] {
    return this.list(() => [this.sortKey(), this.value()])
  }

  limits(): MultiGetLimits {
    const limits: MultiGetLimits = { noValue: this.once(4) }
    if (this.coin()) limits.maxKvCount = this.integer(-1, 8)
    if (this.coin()) limits.maxKvSize = this.integer(-1, 30)
    return limits
  }

  /** A bound of a range; often empty. */
  end(): Bytes {
    return this.once(3) ? '' : this.sortKey()
  }

  range(): Range {
    const range: Range = {}
    if (this.coin()) range.startInclusive = this.coin()
    if (this.coin()) range.stopInclusive = this.coin()
    if (this.once(3)) {
      range.sortKeyFilterType = this.of(FILTERS)
      range.sortKeyFilterPattern = this.#form(this.of(PATTERNS))
    }
    return range
  }

  #hashKeyFilter(): Pick<ScanOptions, 'hashKeyFilterType' | 'hashKeyFilterPattern'> {
    if (!this.once(3)) return {}
    return { hashKeyFilterType: this.of(FILTERS), hashKeyFilterPattern: this.#form(this.of(PATTERNS)) }
  }

  scanOptions(): ScanOptions {
    const options: ScanOptions = { ...this.range(), ...this.#hashKeyFilter(), noValue: this.once(4) }
    if (!this.once(3)) options.batchSize = this.integer(1, 6)
    if (this.coin()) options.returnExpireTs = true
    return options
  }

  check(): Check {
    const type: CheckType = this.integer(CheckType.NoCheck, CheckType.ValueIntGreater + 1)
    const check: Check = { sortKey: this.sortKey(), type, returnCheckValue: this.coin() }
    if (type > CheckType.ValueNotEmpty) check.operand = this.value()
    if (type >= CheckType.ValueIntLess && this.coin()) check.operand = this.#number()
    return check
  }

  #number(): number | bigint {
    return this.coin() ? this.integer(-20, 40) : this.of([0n, 12n, -(2n ** 63n), 2n ** 63n - 1n])
  }

  increment(): number | bigint {
    return this.once(4) ? this.#number() : this.integer(-100, 100)
  }

  mutations(): Mutation[] {
    const draw = (): Mutation => {
      if (this.coin()) return { del: this.sortKey() }
      return { set: this.sortKey(), value: this.value(), ttlSeconds: this.ttlSeconds() }
    }
    return this.list(draw)
  }
}
