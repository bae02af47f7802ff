// Increments: sent at most once, so that each is counted exactly once or says that it may not have been.

import type { Action } from './cell'
import type { Entry } from './history'
import type { Work } from './rows'
import type { Worker } from './worker'

export const COUNTERS = ['sum-0', 'sum-1', 'sum-2']
const SORT_KEY = 'n'

export const COUNTER_WORK: Work[] = [
  { weight: 8, run: incr },
  { weight: 2, run: (worker) => getAt(worker, worker.random.of(COUNTERS)) },
]

async function incr(worker: Worker): Promise<void> {
  const [counter, by] = [worker.random.of(COUNTERS), worker.random.integer(1, 1000)]
  const outcome = await worker.write('incr', (options) => worker.table.incr(counter, SORT_KEY, by, options))
  const action: Action = { kind: 'add', by }
  if (outcome.result !== undefined) action.sum = Number(outcome.result)
  worker.history.change(worker.intent(counter, 'incr'), action, outcome)
}

async function getAt(worker: Worker, counter: string): Promise<void> {
  const outcome = await worker.read('get', (options) => worker.table.get(counter, SORT_KEY, options))
  const saw = outcome.result?.toString() ?? null
  worker.history.look(worker.intent(counter, 'get'), { kind: 'read', saw }, outcome)
}

/** Reads every counter once more. */
export async function lookAtAllCounters(worker: Worker): Promise<void> {
  for (const counter of COUNTERS) await getAt(worker, counter)
}

/**
 * What the last read of a counter must show: all that was acknowledged, and no more than that with all that may have
 * been applied. Says what is wrong, if anything is.
 */
export function checkSum(entries: readonly Entry[]): string | undefined {
  let acknowledged = 0
  let perhaps = 0
  for (const { action, answered, isVoid } of entries) {
    if (action.kind !== 'add' || isVoid) continue
    if (answered === Number.POSITIVE_INFINITY) perhaps += action.by
    else acknowledged += action.by
  }
  const last = entries.findLast(({ action }) => action.kind === 'read')?.action
  if (last?.kind !== 'read') return undefined
  const sum = Number(last.saw ?? 0)
  if (sum >= acknowledged && sum <= acknowledged + perhaps) return undefined
  return `the sum is ${sum}: ${acknowledged} was acknowledged, and ${perhaps} more may have been applied`
}
