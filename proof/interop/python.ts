import assert from 'node:assert/strict'
import { join } from 'node:path'
import { Program, root } from './program'

/** The answer of pypegasus3 to an operation. */
export type Answer<T> = [code: number, value: T]
/** A row of a scan; the keys are text, because pypegasus3 decodes them. */
export type Row = [key: [hashKey: string, sortKey: string], value: Buffer]
/** A dict of bytes by bytes, in the dict's order. */
export type Pairs = { pairs: [Buffer, Buffer][] }
export type Key = Buffer | string

export interface PythonMultiGetOptions {
  start_inclusive?: boolean
  stop_inclusive?: boolean
  sortkey_filter_type?: number
  sortkey_filter_pattern?: Key
  no_value?: boolean
  reverse?: boolean
}

export interface PythonScanOptions {
  batch_size?: number
  start_inclusive?: boolean
  stop_inclusive?: boolean
}

interface Pending {
  resolve(result: unknown): void
  reject(error: Error): void
}

/** A Python process that runs pypegasus3; see peer.py. */
export class Python {
  private readonly program: Program
  private readonly pending = new Map<number, Pending>()
  private lastId = 0
  private ended: string | undefined
  /** pypegasus3's constants, which differ between its versions. */
  errors: Record<string, number> = {}
  rocksdbErrors: Record<string, number> = {}

  private constructor(python: string) {
    this.program = new Program(
      python,
      [join(root, 'proof', 'interop', 'peer.py')],
      (line) => this.settle(line),
      (how) => this.abandon(how),
    )
  }

  static async start(): Promise<Python> {
    const path = process.env.PEGASUS_PYTHON
    assert.ok(path, 'PEGASUS_PYTHON names a Python that has pypegasus3: npm run test:interop sets it')
    const python = new Python(path)
    const hello = JSON.parse(await python.program.firstLine)
    python.errors = hello.errors
    python.rocksdbErrors = hello.rocksdb_errors
    return python
  }

  stop(): Promise<void> {
    return this.program.end((child) => child.stdin.end())
  }

  /** Runs a command of peer.py. */
  command<T>(command: string, ...args: unknown[]): Promise<T> {
    if (this.ended !== undefined) return Promise.reject(new Error(`Python has ended: ${this.ended}`))
    this.lastId += 1
    const id = this.lastId
    const done = new Promise((resolve, reject) => this.pending.set(id, { resolve, reject }))
    this.program.send(JSON.stringify({ id, command, args: args.map(encode) }))
    return done as Promise<T>
  }

  async openTable(name: string, metaServers: string[]): Promise<PythonTable | null> {
    // A generous timeout: the tests are about answers, not about speed.
    const isReady = await this.command<true | null>('open', name, metaServers, 20_000)
    return isReady ? new PythonTable(this, name) : null
  }

  private settle(line: string) {
    const { id, result, error } = JSON.parse(line, decode)
    const pending = this.pending.get(id)
    this.pending.delete(id)
    if (error === undefined) pending?.resolve(result)
    else pending?.reject(new Error(error))
  }

  private abandon(how: string) {
    this.ended = how
    for (const { reject } of this.pending.values()) reject(new Error(`Python ended: ${how}`))
    this.pending.clear()
  }
}

/** The operations of pypegasus3, with its own names and answers. */
export class PythonTable {
  constructor(
    private readonly python: Python,
    readonly name: string,
  ) {}

  get(hashKey: Key, sortKey: Key) {
    return this.call<Buffer>('get', hashKey, sortKey)
  }

  set(hashKey: Key, sortKey: Key, value: Key, ttl = 0) {
    return this.call<null>('set', hashKey, sortKey, value, ttl)
  }

  remove(hashKey: Key, sortKey: Key) {
    return this.call<null>('remove', hashKey, sortKey)
  }

  exist(hashKey: Key, sortKey: Key) {
    return this.call<number>('exist', hashKey, sortKey)
  }

  ttl(hashKey: Key, sortKey: Key) {
    return this.call<number>('ttl', hashKey, sortKey)
  }

  /** Sort keys and values of groups are text: this pypegasus3 turns bytes into "b'...'". */
  multi_set(hashKey: Key, values: Record<string, string>, ttl = 0) {
    return this.call<null>('multi_set', hashKey, { pairs: Object.entries(values) }, ttl)
  }

  multi_get(hashKey: Key, sortKeys: string[] | null, maxCount = 100, maxSize = 1_000_000, noValue = false) {
    const set = sortKeys && { set: sortKeys }
    return this.call<Pairs>('multi_get', hashKey, set, maxCount, maxSize, noValue)
  }

  multi_get_opt(
    hashKey: Key,
    start: Key,
    stop: Key,
    options: PythonMultiGetOptions = {},
    maxCount = 100,
    maxSize = 1_000_000,
  ) {
    const all = { options: 'MultiGetOptions', ...options }
    return this.call<Pairs>('multi_get_opt', hashKey, start, stop, all, maxCount, maxSize)
  }

  multi_del(hashKey: Key, sortKeys: string[]) {
    return this.call<number>('multi_del', hashKey, { set: sortKeys })
  }

  sort_key_count(hashKey: Key) {
    return this.call<number>('sort_key_count', hashKey)
  }

  get_sort_keys(hashKey: Key, maxCount = 100, maxSize = 1_000_000) {
    return this.call<Pairs>('get_sort_keys', hashKey, maxCount, maxSize)
  }

  scan(hashKey: Key, start: Key, stop: Key, options: PythonScanOptions = {}) {
    const all = { options: 'ScanOptions', ...options }
    return this.python.command<Row[]>('scan', this.name, hashKey, start, stop, all)
  }

  /** Reads the first rows of a scan, then closes it. */
  scanSome(count: number, hashKey: Key, start: Key, stop: Key, options: PythonScanOptions = {}) {
    const all = { options: 'ScanOptions', ...options }
    return this.python.command<Row[]>('scan_some', this.name, count, hashKey, start, stop, all)
  }

  /** Reads the rows of each scanner of the whole table. */
  scanAll(maxSplitCount: number, options: PythonScanOptions = {}) {
    return this.python.command<Row[][]>('scan_all', this.name, maxSplitCount, {
      options: 'ScanOptions',
      ...options,
    })
  }

  private call<T>(operation: string, ...args: unknown[]) {
    return this.python.command<Answer<T>>('call', this.name, operation, ...args)
  }
}

function encode(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return { bytes: value.toString('base64') }
  if (Array.isArray(value)) return value.map(encode)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, encode(field)]))
}

function decode(_name: string, value: unknown): unknown {
  const isBytes = typeof value === 'object' && value !== null && 'bytes' in value
  return isBytes ? Buffer.from(String(value.bytes), 'base64') : value
}
