import {
  CANCELLABLE,
  type Native,
  type NativeBridge,
  type NativeScanner,
  type NativeTable,
  PageFlag,
  RecordKind,
  RowOperation,
} from '../../lib/crossing/native'

type OnBatch = Parameters<Native['attach']>[0]

export interface Sent {
  method: string
  /** Without the bit that makes it cancellable. */
  token: number
  cancellable: boolean
  args: unknown[]
}

/** Stands for the addon: notes what it is asked, and answers what a test tells it to, when it tells it. */
export class FakeNative implements Native, NativeBridge {
  readonly sent: Sent[] = []
  readonly cancelled: number[] = []
  resumed = 0
  flushes = 0
  #onBatch: OnBatch | undefined

  attach(onBatch: OnBatch): NativeBridge {
    this.#onBatch = onBatch
    return this
  }

  flush(requests: Uint8Array, length: number): void {
    this.flushes++
    for (const { operation, token, args } of decodeRequests(requests.subarray(0, length))) {
      this.operation(operation)(token, ...args)
    }
  }

  resume(): void {
    this.resumed++
  }

  cancel(token: number): void {
    this.cancelled.push(token)
  }

  connect = this.operation('connect')
  startLocal = this.operation('startLocal')

  parseLocalArguments(): { exitCode: number } {
    return { exitCode: 2 }
  }

  /** A method that only notes its call. */
  operation(method: string): (token: number, ...args: unknown[]) => void {
    return (token, ...args) => {
      const cancellable = token >= CANCELLABLE
      this.sent.push({ method, token: cancellable ? token - CANCELLABLE : token, cancellable, args })
    }
  }

  get last(): Sent {
    const sent = this.sent.at(-1)
    if (sent === undefined) throw new Error('nothing was sent')
    return sent
  }

  /** One visit with these records; `slab` and `extras` as the addon would give them. */
  answer(
    records: [token: number, kind: RecordKind, a?: number, b?: number][],
    slab = Buffer.alloc(0),
    extras: unknown[] = [],
    isSpent = false,
  ) {
    const numbers = Uint32Array.from(records.flatMap(([token, kind, a = 0, b = 0]) => [token, kind, a, b]))
    this.#onBatch?.(numbers, records.length, slab, extras, isSpent)
  }

  /** Answers what was asked last with something of its own. */
  answerLast(extra: unknown): void {
    this.answer([[this.last.token, RecordKind.Extra, 0]], undefined, [extra])
  }
}

/** What is started is handed over once the microtasks that wait have run. */
export const handedOver = () => new Promise((resolve) => setImmediate(resolve))

/** What the records of `lib/crossing/requests.ts` ask for. */
export function* decodeRequests(records: Uint8Array) {
  for (let rest = Buffer.from(records); rest.length > 0; rest = rest.subarray(rest.readUInt32LE(0))) {
    const number = (at: number) => rest.readUInt32LE(at * 4)
    const [hashKeyEnd, sortKeyEnd] = [36 + number(6), 36 + number(6) + number(7)]
    const [hashKey, sortKey] = [rest.subarray(36, hashKeyEnd), rest.subarray(hashKeyEnd, sortKeyEnd)]
    const value = rest.subarray(sortKeyEnd, sortKeyEnd + number(8))
    const [timeoutMs, ttlSeconds] = [rest.readInt32LE(16), rest.readInt32LE(20)]
    const args = [number(3), hashKey, sortKey, value, ttlSeconds, timeoutMs] as const
    yield { operation: RowOperation[number(1)]?.toLowerCase() ?? '', token: number(2), args }
  }
}

/** A table whose every operation goes to the fake. */
export function fakeTable(native: FakeNative): NativeTable {
  const fields: Record<string, unknown> = { name: 'temp', appId: 2, handle: 7, partitionCount: () => 8 }
  // A promise asks what it is resolved with for `then`, which is no operation.
  const isField = (name: string) => name in fields || name === 'then'
  return new Proxy(fields, {
    get: (_, name: string) => (isField(name) ? fields[name] : native.operation(name)),
  }) as unknown as NativeTable
}

export class FakeScanner implements NativeScanner {
  closed = 0
  readonly nextPage: (token: number) => void

  constructor(native: FakeNative) {
    this.nextPage = native.operation('nextPage')
  }

  close(): void {
    this.closed++
  }
}

/** A page as the addon packs it: of pairs, or of scanned rows, with their expiry where it is the fourth. */
export function packPage(rows: (string | number)[][], complete = true): Buffer {
  const flags = (complete ? PageFlag.Complete : 0) | (rows[0]?.length === 4 ? PageFlag.WithExpiry : 0)
  const numbers = rows.flat().map((item) => (typeof item === 'number' ? item : Buffer.byteLength(item)))
  const texts = rows.flat().filter((item) => typeof item === 'string')
  const header = Uint32Array.from([flags, rows.length, ...numbers])
  return Buffer.concat([Buffer.from(header.buffer), Buffer.from(texts.join(''))])
}
