// Operations on all rows of a hash key, which are atomic. Every write gives all rows the same value, so the rows
// together are one cell. A reply with two values shows half a write.

import type { MultiGetResult } from 'pegasus-client'
import type { Outcome } from '../calls/watch'
import type { Content } from '../histories/cell'
import { checkFor, exchange, exchangeOf, write } from './rows'
import type { Work } from './work'
import type { Worker } from './worker'

export const GROUPS = ['group-0', 'group-1', 'group-2']
const SORT_KEYS = ['s0', 's1', 's2', 's3', 's4']

export const GROUP_WORK: Work[] = [
  { weight: 5, run: multiGet },
  { weight: 2, run: multiGetOpt },
  { weight: 2, run: getOne },
  { weight: 2, run: sortKeyCount },
  { weight: 6, run: multiSet },
  { weight: 2, run: multiDel },
  { weight: 3, run: checkAndMutate },
]

const drawGroup = ({ random }: Worker): string => random.of(GROUPS)

async function multiGet(worker: Worker): Promise<void> {
  await multiGetAt(worker, drawGroup(worker))
}

async function multiGetAt(worker: Worker, group: string): Promise<void> {
  const sortKeys = worker.random.coin() ? null : SORT_KEYS
  const outcome = await worker.read('multiGet', (options) => worker.table.multiGet(group, sortKeys, options))
  look(worker, group, 'multiGet', outcome)
}

async function multiGetOpt(worker: Worker): Promise<void> {
  const group = drawGroup(worker)
  const reverse = worker.random.coin()
  const outcome = await worker.read('multiGetOpt', (options) =>
    worker.table.multiGetOpt(group, 's', 't', { ...options, reverse }),
  )
  look(worker, group, 'multiGetOpt', outcome)
}

/** Records the value that all rows hold. A reply with two values, or with only some of the rows, is a violation. */
function look(worker: Worker, group: string, call: string, outcome: Outcome<MultiGetResult>): void {
  if (outcome.result === undefined) return
  const { entries } = outcome.result
  const values = new Set(entries.map(({ value }) => value.toString()))
  if (values.size > 1 || (entries.length !== 0 && entries.length !== SORT_KEYS.length)) {
    const rows = entries.map(({ sortKey, value }) => `${sortKey}=${value}`).join(' ')
    worker.watch.violation(`${call} of ${group} by ${worker.name} saw half a write: ${rows}`)
    return
  }
  const [saw = null] = values
  note(worker, group, call, saw, outcome)
}

function note(worker: Worker, group: string, call: string, saw: Content, outcome: Outcome<unknown>): void {
  worker.history.look(worker.intent(group, call), { kind: 'read', saw }, outcome)
  worker.saw(group, saw)
}

async function getOne(worker: Worker): Promise<void> {
  const [group, sortKey] = [drawGroup(worker), worker.random.of(SORT_KEYS)]
  const outcome = await worker.read('get', (options) => worker.table.get(group, sortKey, options))
  if (outcome.result !== undefined) {
    note(worker, group, `get ${sortKey}`, outcome.result?.toString() ?? null, outcome)
  }
}

async function sortKeyCount(worker: Worker): Promise<void> {
  const group = drawGroup(worker)
  const outcome = await worker.read('sortKeyCount', (options) => worker.table.sortKeyCount(group, options))
  const { result } = outcome
  if (result !== undefined && result !== 0 && result !== SORT_KEYS.length) {
    worker.watch.violation(`sortKeyCount of ${group} saw half a write: ${result} rows`)
  }
  worker.history.look(worker.intent(group, 'sortKeyCount'), { kind: 'exist', saw: result !== 0 }, outcome)
}

async function multiSet(worker: Worker): Promise<void> {
  const [group, { value, ttlSeconds }] = [drawGroup(worker), worker.value()]
  const entries = SORT_KEYS.map((sortKey): [string, string] => [sortKey, value])
  const outcome = await worker.write('multiSet', (options) =>
    worker.table.multiSet(group, entries, { ...options, ttlSeconds }),
  )
  write(worker, group, 'multiSet', value, outcome)
}

async function multiDel(worker: Worker): Promise<void> {
  const group = drawGroup(worker)
  const outcome = await worker.write('multiDel', (options) =>
    worker.table.multiDel(group, SORT_KEYS, options),
  )
  write(worker, group, 'multiDel', null, outcome)
}

async function checkAndMutate(worker: Worker): Promise<void> {
  const [group, { value, ttlSeconds }] = [drawGroup(worker), worker.value()]
  const expected = worker.guess(group)
  const check = checkFor(worker.random.of(SORT_KEYS), expected)
  const mutations = SORT_KEYS.map((sortKey) => ({ set: sortKey, value, ttlSeconds }))
  const outcome = await worker.write('checkAndMutate', (options) =>
    worker.table.checkAndMutate(group, check, mutations, options),
  )
  exchange(worker, group, 'checkAndMutate', exchangeOf(expected, value, outcome.result), outcome)
}

/** Reads every group once more. */
export async function lookAtAllGroups(worker: Worker): Promise<void> {
  for (const group of GROUPS) await multiGetAt(worker, group)
}
