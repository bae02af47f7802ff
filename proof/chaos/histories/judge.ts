import type { Watch } from '../calls/watch'
import { type Content, mayHaveSeen } from './cell'
import { describeHistory, type Entry, type History } from './history'
import { judge } from './linearizability'
import { shrink } from './shrink'
import { checkSum } from './sum'

/** Counts of judged histories. */
export interface Verdicts {
  histories: number
  operations: number
  /** Histories whose search was given up. */
  undecided: number
}

/** Judges the history of every cell; a bad one is shortened and reported. */
export function judgeHistories(
  history: History,
  counters: readonly string[],
  verdicts: Verdicts,
  watch: Pick<Watch, 'violation'>,
): void {
  for (const [cell, entries] of history.cells) {
    verdicts.histories++
    verdicts.operations += entries.length
    const judgement = judge(happened(entries))
    if (judgement === 'undecided') verdicts.undecided++
    if (judgement === 'not linearizable') watch.violation(tell(cell, entries))
    const wrongSum = counters.includes(cell) ? checkSum(entries) : undefined
    if (wrongSum !== undefined) watch.violation(`${cell}: ${wrongSum}`)
  }
}

/** Leaves out failed writes that were not applied. If a read saw one of them, no order explains that read. */
function happened(entries: readonly Entry[]): Entry[] {
  return entries.filter(({ isVoid }) => !isVoid)
}

function tell(cell: string, entries: readonly Entry[]): string {
  const kept = shrink(happened(entries))
  // A write that must not have happened is shown too if its value was seen.
  const voids = entries.filter(
    ({ isVoid, action }) => isVoid && 'value' in action && wasSeen(action.value, kept),
  )
  return (
    `no order of the operations on ${cell} explains what was seen (${kept.length} of ${entries.length} of them ` +
    `are enough, in ms):\n${describeHistory([...kept, ...voids])}`
  )
}

function wasSeen(value: Content, entries: readonly Entry[]): boolean {
  return entries.some(({ action }) => mayHaveSeen(action, value))
}
