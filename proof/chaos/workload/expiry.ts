// Rows that expire: there until their time, gone after it. Each is written once, under a key of its own.

import type { Work } from './work'
import type { Worker } from './worker'

const HASH_KEY = 'expiring'
/** Clients and servers count whole seconds, and not from the same moment. */
const SECOND_MS = 1000
/** Rows that are looked at after they are written; older ones are forgotten. */
const KEPT = 30

interface ExpiringRow {
  sortKey: string
  ttlSeconds: number
  called: number
  answered: number
}

/** The expiring rows of a round, and what is done with them. */
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

/** What is wrong with what was seen of a row: `called` and `answered` are those of the write and of the read. */
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
