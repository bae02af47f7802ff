// Rows that expire: a row exists until its time to live is over, and not after it. Each row is written once.

import type { Work } from './work'
import type { Worker } from './worker'

const HASH_KEY = 'expiring'
/** Tolerance: clients and servers count whole seconds, which do not start at the same moment. */
const SECOND_MS = 1000
/** How many rows are kept for reading; older ones are dropped. */
const KEPT = 30

interface ExpiringRow {
  sortKey: string
  ttlSeconds: number
  called: number
  answered: number
}

/** Work that writes and reads the expiring rows of one round. */
export function expiryWork(): Work[] {
  const rows: ExpiringRow[] = []
  return [
    { weight: 2, run: (worker) => write(worker, rows) },
    { weight: 4, run: (worker) => look(worker, rows) },
  ]
}

async function write(worker: Worker, rows: ExpiringRow[]): Promise<void> {
  const [sortKey, ttlSeconds] = [worker.tag(), worker.random.integer(1, 4)]
  const { called, answered, failure } = await worker.write('set', (options) =>
    worker.table.set(HASH_KEY, sortKey, sortKey, { ...options, ttlSeconds }),
  )
  if (failure !== undefined) return
  rows.push({ sortKey, ttlSeconds, called, answered })
  if (rows.length > KEPT) rows.shift()
}

async function look(worker: Worker, rows: ExpiringRow[]): Promise<void> {
  if (rows.length === 0) return
  const row = worker.random.of(rows)
  const outcome = await worker.read('get', (options) => worker.table.get(HASH_KEY, row.sortKey, options))
  if (outcome.failure !== undefined) return
  const isThere = outcome.result !== null
  const wrong = judgeExpiry(row, outcome, isThere)
  if (wrong !== undefined) worker.watch.violation(`${worker.name}: ${wrong}`)
}

/** Returns what is wrong with the read of a row, or `undefined`. The times in `row` are those of its write. */
export function judgeExpiry(
  row: ExpiringRow,
  read: { called: number; answered: number },
  isThere: boolean,
): string | undefined {
  const lifeMs = row.ttlSeconds * SECOND_MS
  const what = `a row with a life of ${row.ttlSeconds} s`
  if (!isThere && read.answered < row.called + lifeMs - SECOND_MS) {
    return `${what} was gone at most ${(read.answered - row.called).toFixed(0)} ms after it was written`
  }
  if (isThere && read.called > row.answered + lifeMs + SECOND_MS) {
    return `${what} was there at least ${(read.called - row.answered).toFixed(0)} ms after it was written`
  }
  return undefined
}
