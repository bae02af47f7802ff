// Operations on single rows: each row is a cell of its own.

import { type CheckResult, CheckType } from 'pegasus-client'
import type { Outcome } from '../calls/watch'
import type { Action, Content } from '../histories/cell'
import type { Work } from './work'
import type { Worker } from './worker'

export const HASH_KEYS = ['row-0', 'row-1', 'row-2', 'row-3', 'row-4', 'row-5']
const SORT_KEYS = ['a', 'b']

export const cellOf = (hashKey: string, sortKey: string) => `${hashKey}/${sortKey}`

type Key = [hashKey: string, sortKey: string]

function drawKey({ random }: Worker): Key {
  return [random.of(HASH_KEYS), random.of(SORT_KEYS)]
}

/** Draws several distinct keys. */
function drawKeys(worker: Worker): Key[] {
  const keys = Array.from({ length: worker.random.integer(1, 5) }, () => drawKey(worker))
  return [...new Map(keys.map((key) => [cellOf(...key), key])).values()]
}

const text = (value: Buffer | null | undefined): Content => value?.toString() ?? null

export const ROW_WORK: Work[] = [
  { weight: 10, run: get },
  { weight: 8, run: set },
  { weight: 3, run: remove },
  { weight: 2, run: exist },
  { weight: 2, run: ttl },
  { weight: 4, run: checkAndSet },
  { weight: 5, run: compareExchange },
  { weight: 3, run: batchGet },
  { weight: 3, run: batchSet },
  { weight: 1, run: batchDel },
]

export async function get(worker: Worker): Promise<void> {
  await getAt(worker, drawKey(worker))
}

async function getAt(worker: Worker, key: Key): Promise<void> {
  const cell = cellOf(...key)
  const outcome = await worker.read('get', (options) => worker.table.get(...key, options))
  look(worker, cell, 'get', text(outcome.result), outcome)
}

function look(worker: Worker, cell: string, call: string, saw: Content, outcome: Outcome<unknown>): void {
  worker.history.look(worker.intent(cell, call), { kind: 'read', saw }, outcome)
  if (outcome.failure === undefined) worker.saw(cell, saw)
}

async function set(worker: Worker): Promise<void> {
  const [key, { value, ttlSeconds }] = [drawKey(worker), worker.value()]
  const outcome = await worker.write('set', (options) =>
    worker.table.set(...key, value, { ...options, ttlSeconds }),
  )
  write(worker, cellOf(...key), 'set', value, outcome)
}

async function remove(worker: Worker): Promise<void> {
  const key = drawKey(worker)
  const outcome = await worker.write('remove', (options) => worker.table.remove(...key, options))
  write(worker, cellOf(...key), 'remove', null, outcome)
}

export function write(
  worker: Worker,
  cell: string,
  call: string,
  value: Content,
  outcome: Outcome<unknown>,
): void {
  worker.history.change(worker.intent(cell, call, true), { kind: 'write', value }, outcome)
  if (outcome.failure === undefined) worker.saw(cell, value)
}

async function exist(worker: Worker): Promise<void> {
  const key = drawKey(worker)
  const outcome = await worker.read('exist', (options) => worker.table.exist(...key, options))
  const action: Action = { kind: 'exist', saw: outcome.result === true }
  worker.history.look(worker.intent(cellOf(...key), 'exist'), action, outcome)
}

async function ttl(worker: Worker): Promise<void> {
  const key = drawKey(worker)
  const outcome = await worker.read('ttl', (options) => worker.table.ttl(...key, options))
  const { result } = outcome
  const saw = result === null ? 'absent' : result === -1 ? 'endless' : 'limited'
  worker.history.look(worker.intent(cellOf(...key), 'ttl'), { kind: 'ttl', saw }, outcome)
}

async function compareExchange(worker: Worker): Promise<void> {
  const [key, { value, ttlSeconds }] = [drawKey(worker), worker.value()]
  const cell = cellOf(...key)
  const expected = worker.guess(cell)
  const outcome = await worker.write('compareExchange', (options) =>
    worker.table.compareExchange(...key, expected, value, { ...options, ttlSeconds }),
  )
  const action: Action = { kind: 'exchange', expected, value }
  if (outcome.result !== undefined) {
    action.succeeded = outcome.result.succeeded
    action.actual = text(outcome.result.actual)
  }
  exchange(worker, cell, 'compareExchange', action, outcome)
}

async function checkAndSet(worker: Worker): Promise<void> {
  const [[hashKey, sortKey], { value, ttlSeconds }] = [drawKey(worker), worker.value()]
  const cell = cellOf(hashKey, sortKey)
  const expected = worker.random.coin() ? null : worker.guess(cell)
  const check = checkFor(sortKey, expected)
  const outcome = await worker.write('checkAndSet', (options) =>
    worker.table.checkAndSet(hashKey, check, { value, ttlSeconds }, options),
  )
  exchange(worker, cell, 'checkAndSet', exchangeOf(expected, value, outcome.result), outcome)
}

export function checkFor(sortKey: string, expected: Content) {
  if (expected === null) return { sortKey, type: CheckType.ValueNotExist, returnCheckValue: true }
  return { sortKey, type: CheckType.ValueBytesEqual, operand: expected, returnCheckValue: true }
}

export function exchangeOf(expected: Content, value: string, result: CheckResult | undefined): Action {
  if (result === undefined) return { kind: 'exchange', expected, value }
  const { succeeded, checkValueExist, checkValue } = result
  return { kind: 'exchange', expected, value, succeeded, actual: checkValueExist ? text(checkValue) : null }
}

export function exchange(
  worker: Worker,
  cell: string,
  call: string,
  action: Action,
  outcome: Outcome<unknown>,
): void {
  worker.history.change(worker.intent(cell, call), action, outcome)
  if (outcome.failure !== undefined || action.kind !== 'exchange') return
  worker.saw(cell, action.succeeded ? action.value : (action.actual ?? null))
}

async function batchGet(worker: Worker): Promise<void> {
  const keys = drawKeys(worker)
  const outcome = await worker.read('batchGet', (options) => worker.table.batchGet(keys, options))
  // Each row is read independently, at its own moment during the call.
  keys.forEach((key, at) => {
    look(worker, cellOf(...key), 'batchGet', text(outcome.result?.[at]), outcome)
  })
}

async function batchSet(worker: Worker): Promise<void> {
  const rows = drawKeys(worker).map((key): [...Key, string] => [...key, worker.tag()])
  const outcome = await worker.write('batchSet', (options) => worker.table.batchSet(rows, options))
  rows.forEach(([hashKey, sortKey, value], at) => {
    write(worker, cellOf(hashKey, sortKey), 'batchSet', value, itemOutcome(worker, 'batchSet', outcome, at))
  })
}

async function batchDel(worker: Worker): Promise<void> {
  const keys = drawKeys(worker)
  const outcome = await worker.write('batchDel', (options) => worker.table.batchDel(keys, options))
  keys.forEach((key, at) => {
    write(worker, cellOf(...key), 'batchDel', null, itemOutcome(worker, 'batchDel', outcome, at))
  })
}

/** The outcome of one item of a batch. A batch fails as a whole only if it is aborted. */
function itemOutcome(
  { watch }: Worker,
  name: string,
  { called, answered, result, failure }: Outcome<({ ok: true } | { ok: false; error: Error })[]>,
  at: number,
): Outcome<void> {
  if (failure !== undefined) return { called, answered, failure }
  const item = result?.[at]
  if (item === undefined || item.ok) return { called, answered }
  const itemFailure = watch.failure({ name, timeoutMs: 0, isWrite: true }, item.error)
  watch.noteFailure(itemFailure)
  return { called, answered, failure: itemFailure }
}

/** Reads every row once more; acknowledged writes must be there. */
export async function lookAtAllRows(worker: Worker): Promise<void> {
  for (const hashKey of HASH_KEYS) for (const sortKey of SORT_KEYS) await getAt(worker, [hashKey, sortKey])
}
