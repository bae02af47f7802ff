import assert from 'node:assert/strict'
import type { Bytes, CheckedSet, CountProgress, Mutation, ScanEntry, Scanner, Table } from 'pegasus-client'
import { buffer, fits64, group, hex, integer, type Model, Refusal, type Row, row, some } from './model'
import type { Draw } from './model-random'
import { drain } from './rows'

/** One kind of operation: how its arguments are drawn, how a table runs it, and how the model runs it. */
interface Operation<Args extends unknown[] | []> {
  /** How often it is drawn, compared with the others. */
  weight: number
  /** It changes nothing, so several can run concurrently. */
  reads?: true
  draw(draw: Draw): Args
  call(table: Table, ...args: Args): unknown
  /** Throws a {@link Refusal} if the call must fail. */
  expect(model: Model, ...args: Args): unknown
}

/** An operation with its arguments. */
export interface Step {
  name: string
  args: unknown[]
  reads: boolean
  call(table: Table): Promise<unknown>
  expect(model: Model): unknown
}

/** Lets the arguments of each operation have their own types. */
function operation<Args extends unknown[] | []>(fields: Operation<Args>): Operation<unknown[]> {
  return fields as unknown as Operation<unknown[]>
}

const OPERATIONS: Record<string, Operation<unknown[]>> = {
  get: operation({
    weight: 8,
    reads: true,
    draw: (draw: Draw) => draw.key(),
    call: (table, hashKey, sortKey) => table.get(hashKey, sortKey),
    expect: (model, hashKey, sortKey) => model.value(hashKey, sortKey),
  }),
  set: operation({
    weight: 8,
    draw: (draw: Draw) => [...draw.key(), draw.value(), draw.ttlSeconds()],
    call: (table, hashKey, sortKey, value, ttlSeconds) => table.set(hashKey, sortKey, value, { ttlSeconds }),
    expect: (model, hashKey, sortKey, value, ttlSeconds) =>
      model.set(hashKey, sortKey, row(value, ttlSeconds)),
  }),
  remove: operation({
    weight: 3,
    draw: (draw: Draw) => draw.key(),
    call: (table, hashKey, sortKey) => table.remove(hashKey, sortKey),
    expect: (model, hashKey, sortKey) => model.remove(hashKey, sortKey),
  }),
  exist: operation({
    weight: 2,
    reads: true,
    draw: (draw: Draw) => draw.key(),
    call: (table, hashKey, sortKey) => table.exist(hashKey, sortKey),
    expect: (model, hashKey, sortKey) => model.get(hashKey, sortKey) !== undefined,
  }),
  ttl: operation({
    weight: 5,
    reads: true,
    draw: (draw: Draw) => draw.key(),
    call: (table, hashKey, sortKey) => table.ttl(hashKey, sortKey),
    expect: (model, hashKey, sortKey) => model.get(hashKey, sortKey)?.expiry ?? null,
  }),
  multiSet: operation({
    weight: 7,
    draw: (draw: Draw) => [draw.hashKey(), draw.entries(), draw.ttlSeconds(), draw.coin()],
    call: (table, hashKey, entries, ttlSeconds, asMap) =>
      table.multiSet(hashKey, asMap ? new Map(entries) : entries, { ttlSeconds }),
    expect: (model, hashKey, entries, ttlSeconds, asMap) => {
      group(hashKey)
      some(entries)
      // A Map keeps a key at its first position.
      const inOrder = asMap ? [...new Map(entries)] : entries
      for (const [sortKey, value] of inOrder) model.set(hashKey, sortKey, row(value, ttlSeconds))
    },
  }),
  multiGet: operation({
    weight: 5,
    reads: true,
    draw: (draw: Draw) => [draw.hashKey(), draw.once(3) ? null : draw.sortKeys(), draw.limits()],
    call: (table, hashKey, sortKeys, limits) => table.multiGet(hashKey, sortKeys, limits),
    expect: (model, hashKey, sortKeys, limits) => model.multiGet(hashKey, sortKeys, limits),
  }),
  multiGetOpt: operation({
    weight: 14,
    reads: true,
    draw: (draw: Draw) => {
      const options = { ...draw.limits(), ...draw.range(), reverse: draw.coin() }
      return [draw.hashKey(), draw.end(), draw.end(), options]
    },
    call: (table, hashKey, start, stop, options) => table.multiGetOpt(hashKey, start, stop, options),
    expect: (model, hashKey, start, stop, options) => model.multiGetRange(hashKey, start, stop, options),
  }),
  multiDel: operation({
    weight: 2,
    draw: (draw: Draw) => [draw.hashKey(), draw.sortKeys()],
    call: (table, hashKey, sortKeys) => table.multiDel(hashKey, sortKeys),
    expect: (model, hashKey, sortKeys) => {
      group(hashKey)
      some(sortKeys)
      for (const sortKey of sortKeys) model.remove(hashKey, sortKey)
      return sortKeys.length
    },
  }),
  sortKeyCount: operation({
    weight: 2,
    reads: true,
    draw: (draw: Draw) => [draw.hashKey()],
    call: (table, hashKey) => table.sortKeyCount(hashKey),
    expect: (model, hashKey) => {
      group(hashKey)
      return model.rowsOf(hashKey).length
    },
  }),
  getSortKeys: operation({
    weight: 3,
    reads: true,
    draw: (draw: Draw) => [draw.hashKey(), draw.limits()],
    call: (table, hashKey, limits) => table.getSortKeys(hashKey, limits),
    expect: (model, hashKey, limits) => {
      const { entries, complete } = model.multiGet(hashKey, null, { ...limits, noValue: true })
      return { sortKeys: entries.map(({ sortKey }) => sortKey), complete }
    },
  }),
  multiGetAll: operation({
    weight: 3,
    reads: true,
    draw: (draw: Draw) => [draw.hashKey(), draw.end(), draw.end(), draw.range(), draw.integer(1, 6)],
    call: (table, hashKey, startSortKey, stopSortKey, range, batchSize) =>
      table.multiGetAll(hashKey, { startSortKey, stopSortKey, batchSize, ...range }),
    expect: (model, hashKey, start, stop, range) =>
      model.range(hashKey, start, stop, range).map(({ sortKey, row }) => ({ sortKey, value: row.value })),
  }),
  getAllSortKeys: operation({
    weight: 2,
    reads: true,
    draw: (draw: Draw) => [draw.hashKey(), draw.end(), draw.end(), draw.range()],
    call: (table, hashKey, startSortKey, stopSortKey, range) =>
      table.getAllSortKeys(hashKey, { startSortKey, stopSortKey, ...range }),
    expect: (model, hashKey, start, stop, range) =>
      model.range(hashKey, start, stop, range).map(({ sortKey }) => sortKey),
  }),
  getScanner: operation({
    weight: 7,
    reads: true,
    draw: (draw: Draw) => {
      const ways = ['loop', 'batches', 'left early'] as const
      return [draw.hashKey(), draw.end(), draw.end(), draw.scanOptions(), draw.of(ways), draw.integer(1, 5)]
    },
    call: (table, hashKey, start, stop, options, way, rows) => {
      const scanner = table.getScanner(hashKey, start, stop, options)
      if (way === 'batches') return batches(scanner)
      return way === 'loop' ? drain(scanner) : take(scanner, rows)
    },
    expect: (model, hashKey, start, stop, options, way, rows) => {
      const found = model.scan(hashKey, start, stop, options)
      return way === 'left early' ? found.slice(0, rows) : found
    },
  }),
  getUnorderedScanners: operation({
    weight: 3,
    reads: true,
    draw: (draw: Draw) => [draw.integer(1, 10), draw.scanOptions()],
    call: async (table, split, options) => {
      const scanners = table.getUnorderedScanners(split, options)
      const rows = (await Promise.all(scanners.map(drain))).flat()
      return { asMany: scanners.length === Math.min(split, table.partitionCount), rows: rows.sort(byKeys) }
    },
    expect: (model, _split, options) => ({ asMany: true, rows: model.scanAll(options).sort(byKeys) }),
  }),
  incr: operation({
    weight: 6,
    draw: (draw: Draw) => [...draw.key(), draw.increment(), draw.of([undefined, -1, 0, 1000, 5000])],
    call: (table, hashKey, sortKey, by, ttlSeconds) =>
      table.incr(hashKey, sortKey, by, ttlSeconds === undefined ? undefined : { ttlSeconds }),
    expect: (model, hashKey, sortKey, by, ttlSeconds) => {
      const old = model.get(hashKey, sortKey)
      const base = old === undefined || old.value.length === 0 ? 0n : integer(old.value)
      if (base === null || !fits64(base + BigInt(by))) throw new Refusal('ERR_INVALID_PARAMETERS')
      const sum = base + BigInt(by)
      const changed = row(String(sum), Math.max(0, ttlSeconds ?? 0))
      const keeps = old !== undefined && (ttlSeconds ?? 0) === 0
      model.set(hashKey, sortKey, keeps ? { ...changed, expiry: old.expiry } : changed)
      return sum
    },
  }),
  checkAndSet: operation({
    weight: 6,
    draw: (draw: Draw) => {
      const set = { value: draw.value(), ttlSeconds: draw.ttlSeconds() }
      return [draw.hashKey(), draw.check(), draw.coin() ? set : { ...set, sortKey: draw.sortKey() }]
    },
    call: (table, hashKey, check, set) => table.checkAndSet(hashKey, check, set),
    expect: (model, hashKey, check, set: CheckedSet) =>
      model.checked(hashKey, check, [[set.sortKey ?? check.sortKey, row(set.value, set.ttlSeconds)]]),
  }),
  checkAndMutate: operation({
    weight: 4,
    draw: (draw: Draw) => [draw.hashKey(), draw.check(), draw.mutations()],
    call: (table, hashKey, check, mutations) => table.checkAndMutate(hashKey, check, mutations),
    expect: (model, hashKey, check, mutations) => {
      const change = (mutation: Mutation): [Bytes, Row | null] =>
        'del' in mutation ? [mutation.del, null] : [mutation.set, row(mutation.value, mutation.ttlSeconds)]
      return model.checked(hashKey, check, mutations.map(change))
    },
  }),
  compareExchange: operation({
    weight: 3,
    draw: (draw: Draw) => [...draw.key(), draw.coin() ? null : draw.value(), draw.value(), draw.ttlSeconds()],
    call: (table, hashKey, sortKey, expected, value, ttlSeconds) =>
      table.compareExchange(hashKey, sortKey, expected, value, { ttlSeconds }),
    expect: (model, hashKey, sortKey, expected, value, ttlSeconds) => {
      group(hashKey)
      const actual = model.value(hashKey, sortKey)
      const isExpected = expected === null ? actual === null : actual?.equals(buffer(expected)) === true
      if (!isExpected) return { succeeded: false, actual }
      model.set(hashKey, sortKey, row(value, ttlSeconds))
      return { succeeded: true, actual: null }
    },
  }),
  batchGet: operation({
    weight: 3,
    reads: true,
    draw: (draw: Draw) => [draw.list(() => draw.key())],
    call: (table, keys) => table.batchGet(keys),
    expect: (model, keys) => {
      some(keys)
      return keys.map(([hashKey, sortKey]) => model.value(hashKey, sortKey))
    },
  }),
  batchSet: operation({
    weight: 3,
    draw: (draw: Draw) => {
      const rows = unique(draw.list(() => draw.key())).map(([hashKey, sortKey]): [Bytes, Bytes, Bytes] => [
        hashKey,
        sortKey,
        draw.value(),
      ])
      return [rows, draw.ttlSeconds()]
    },
    call: (table, rows, ttlSeconds) => table.batchSet(rows, { ttlSeconds }),
    expect: (model, rows, ttlSeconds) => {
      some(rows)
      for (const [hashKey, sortKey, value] of rows) model.set(hashKey, sortKey, row(value, ttlSeconds))
      return rows.map(() => ({ ok: true }))
    },
  }),
  batchDel: operation({
    weight: 2,
    draw: (draw: Draw) => [draw.list(() => draw.key())],
    call: (table, keys) => table.batchDel(keys),
    expect: (model, keys) => {
      some(keys)
      for (const [hashKey, sortKey] of keys) model.remove(hashKey, sortKey)
      return keys.map(() => ({ ok: true }))
    },
  }),
  delRange: operation({
    weight: 2,
    draw: (draw: Draw) => [draw.hashKey(), draw.end(), draw.end(), draw.range()],
    call: (table, hashKey, start, stop, range) => table.delRange(hashKey, start, stop, range),
    expect: (model, hashKey, start, stop, range) => {
      const rows = model.range(hashKey, start, stop, range)
      for (const { sortKey } of rows) model.remove(hashKey, sortKey)
      return rows.length
    },
  }),
  count: operation({
    weight: 2,
    reads: true,
    draw: (draw: Draw) => {
      const { startInclusive, stopInclusive, noValue, returnExpireTs, ...options } = draw.scanOptions()
      return [options]
    },
    call: async (table, options) => {
      let last: CountProgress | undefined
      const onProgress = (progress: CountProgress) => {
        last = progress
      }
      const rows = await table.count({ ...options, onProgress })
      const { partitionCount } = table
      assert.deepEqual(last, { rows, partitionsDone: partitionCount, partitions: partitionCount })
      return rows
    },
    expect: (model, options) => model.scanAll(options).length,
  }),
}

const NAMES = Object.entries(OPERATIONS).flatMap(([name, { weight }]) => Array<string>(weight).fill(name))

export function drawStep(draw: Draw): Step {
  const name = draw.of(NAMES)
  const { reads = false, call, expect, ...rest } = OPERATIONS[name] as Operation<unknown[]>
  const args = rest.draw(draw)
  return {
    name,
    args,
    reads,
    // Scanners throw errors that other calls reject with.
    call: async (table) => call(table, ...args),
    expect: (model) => expect(model, ...args),
  }
}

async function batches(scanner: Scanner): Promise<ScanEntry[]> {
  const rows: ScanEntry[] = []
  for (let batch = await scanner.nextBatch(); batch !== null; batch = await scanner.nextBatch()) {
    assert.ok(batch.length > 0)
    rows.push(...batch)
  }
  return rows
}

/** Reads the first rows, then leaves the loop. */
async function take(scanner: Scanner, count: number): Promise<ScanEntry[]> {
  const rows: ScanEntry[] = []
  for await (const row of scanner) {
    rows.push(row)
    if (rows.length === count) break
  }
  return rows
}

function byKeys(a: ScanEntry, b: ScanEntry): number {
  return Buffer.compare(a.hashKey, b.hashKey) || Buffer.compare(a.sortKey, b.sortKey)
}

/** Draws distinct keys, as the rows of a batch are in flight at the same time. */
function unique(keys: [Bytes, Bytes][]): [Bytes, Bytes][] {
  const place = ([hashKey, sortKey]: [Bytes, Bytes]) => `${hex(hashKey)}/${hex(sortKey)}`
  return [...new Map(keys.map((key) => [place(key), key])).values()]
}
