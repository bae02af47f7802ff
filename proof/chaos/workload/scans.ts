// Reads of many rows that nobody writes. Each row must be returned exactly once, in order, whatever servers do.

import { FilterType, type ScanEntry, type Scanner, type Table } from 'pegasus-client'
import type { Work } from './work'
import type { Worker } from './worker'

const HASH_KEYS = ['still-0', 'still-1', 'still-2', 'still-3', 'still-4', 'still-5']
const ROWS_EACH = 40
const SORT_KEYS = Array.from({ length: ROWS_EACH }, (_, at) => `r${String(at).padStart(3, '0')}`)
const PREFIX = 'still-'
const WHOLE_TABLE = { hashKeyFilterType: FilterType.MatchPrefix, hashKeyFilterPattern: PREFIX }
/** The bound for a call of many requests. Each request has its own deadline. */
const ALL_REQUESTS_MS = 60_000
/** The deadline of each request for a batch. */
const BATCH_MS = 1000
/** The most partitions of a table, after its split. */
const MOST_PARTITIONS = 8

export const SCAN_WORK: Work[] = [
  { weight: 3, run: scanHashKey },
  { weight: 2, run: scanTable },
  { weight: 1, run: multiGetAll },
  { weight: 1, run: count },
]

/** Writes the rows that scans read. */
export async function writeStillRows(table: Table): Promise<void> {
  for (const hashKey of HASH_KEYS) {
    await table.multiSet(
      hashKey,
      SORT_KEYS.map((sortKey): [string, string] => [sortKey, `${hashKey}/${sortKey}`]),
    )
  }
}

async function scanHashKey(worker: Worker): Promise<void> {
  const hashKey = worker.random.of(HASH_KEYS)
  const batchSize = worker.random.integer(3, 15)
  const scanner = worker.table.getScanner(hashKey, '', '', { batchSize, timeoutMs: BATCH_MS })
  await follow(worker, 'getScanner', scanner, [hashKey], BATCH_MS)
}

/**
 * Reads to the end, or stops somewhere, and compares the rows with those that were written. `withinMs`: the bound for
 * each batch.
 */
async function follow(
  worker: Worker,
  name: string,
  scanner: Scanner,
  hashKeys: string[],
  withinMs: number,
): Promise<void> {
  const places: string[] = []
  const leavesOff = worker.random.once(5) ? worker.random.integer(0, 3) : Number.POSITIVE_INFINITY
  for (let batches = 0; batches < leavesOff; batches++) {
    const { result, failure } = await worker.within(`${name} batch`, withinMs, () => scanner.nextBatch())
    if (failure !== undefined) break
    if (result === null || result === undefined) {
      compare(worker, name, places, allPlaces(hashKeys))
      return
    }
    places.push(...result.map(placeOf))
  }
  await scanner.close()
  checkPart(worker, name, places, new Set(allPlaces(hashKeys)))
}

const placeOf = ({ hashKey, sortKey, value }: Pick<ScanEntry, 'hashKey' | 'sortKey' | 'value'>) =>
  `${hashKey}/${sortKey}=${value}`

function allPlaces(hashKeys: string[]): string[] {
  return hashKeys.flatMap((hashKey) =>
    SORT_KEYS.map((sortKey) => `${hashKey}/${sortKey}=${hashKey}/${sortKey}`),
  )
}

/** Compares all rows. Rows of one hash key must be in order; hash keys may come in any order. */
function compare(worker: Worker, name: string, found: string[], expected: string[]): void {
  if (found.toSorted().join() === expected.toSorted().join()) {
    checkOrder(worker, name, found)
    return
  }
  const missing = expected.filter((place) => !found.includes(place))
  const twice = found.filter((place, at) => found.indexOf(place) !== at)
  const strange = found.filter((place) => !expected.includes(place))
  worker.watch.violation(
    `${name} by ${worker.name} gave ${found.length} rows of ${expected.length}; ` +
      `missing: ${missing.join(' ')}; twice: ${twice.join(' ')}; not there: ${strange.join(' ')}`,
  )
}

function checkPart(worker: Worker, name: string, found: string[], expected: Set<string>): void {
  const distinct = new Set(found)
  if (distinct.size !== found.length || found.some((place) => !expected.has(place))) {
    worker.watch.violation(`${name} by ${worker.name}, left off, gave rows twice or strange ones: ${found}`)
  }
  checkOrder(worker, name, found)
}

/** Checks that sort keys ascend within a hash key. */
function checkOrder(worker: Worker, name: string, found: string[]): void {
  const last = new Map<string, string>()
  for (const place of found) {
    const hashKey = place.slice(0, place.indexOf('/'))
    const before = last.get(hashKey)
    if (before !== undefined && before > place) {
      worker.watch.violation(`${name} by ${worker.name} gave ${place} after ${before}`)
      return
    }
    last.set(hashKey, place)
  }
}

async function scanTable(worker: Worker): Promise<void> {
  const [scanner] = worker.table.getUnorderedScanners(1, {
    ...WHOLE_TABLE,
    batchSize: worker.random.integer(5, 60),
    timeoutMs: BATCH_MS,
  })
  // A partition without such rows gives nothing: then the same call asks the next one, with a new deadline.
  const withinMs = MOST_PARTITIONS * BATCH_MS
  if (scanner !== undefined) await follow(worker, 'getUnorderedScanners', scanner, HASH_KEYS, withinMs)
}

async function multiGetAll(worker: Worker): Promise<void> {
  const hashKey = worker.random.of(HASH_KEYS)
  const options = { batchSize: worker.random.integer(5, 20), timeoutMs: 1000 }
  const { result } = await worker.within('multiGetAll', ALL_REQUESTS_MS, () =>
    worker.table.multiGetAll(hashKey, options),
  )
  if (result === undefined) return
  const found = result.map((row) => placeOf({ hashKey: Buffer.from(hashKey), ...row }))
  compare(worker, 'multiGetAll', found, allPlaces([hashKey]))
}

async function count(worker: Worker): Promise<void> {
  const options = { ...WHOLE_TABLE, timeoutMs: 1000 }
  const { result } = await worker.within('count', ALL_REQUESTS_MS, () => worker.table.count(options))
  const expected = HASH_KEYS.length * ROWS_EACH
  if (result !== undefined && result !== expected) {
    worker.watch.violation(`count by ${worker.name} found ${result} rows of ${expected}`)
  }
}
