// Increments. The client sends each at most once: it is counted once, or fails and says whether it may be counted.

import type { Action } from '../histories/cell'
import type { Work } from './work'
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
