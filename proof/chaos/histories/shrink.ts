// Makes a history that cannot be explained as short as it stays so. Only what leaves a history explicable if it was
// so may be taken away: its end, what only looks, and a write together with all who saw it.

import { mayHaveSeen, onlyLooks } from './cell'
import { judge, type Operation } from './linearizability'

/** Searches for a shorter history are given less than the first one. */
const LIMIT = 50_000

export function shrink<T extends Operation>(history: readonly T[]): T[] {
  let kept = cutEnd(history)
  // Removals can only go when nobody is left who saw that there was nothing.
  for (let pass = 0; pass < 2; pass++) kept = withoutFamilies(kept)
  return kept
}

function withoutFamilies<T extends Operation>(history: readonly T[]): T[] {
  let kept = [...history]
  for (const operation of [...kept].sort((a, b) => b.called - a.called)) {
    if (!kept.includes(operation)) continue
    const family = familyOf(operation, kept)
    if (family === undefined) continue
    const fewer = kept.filter((other) => !family.has(other))
    if (isBad(fewer)) kept = fewer
  }
  return kept
}

const isBad = (history: readonly Operation[]) => judge(history, LIMIT) === 'not linearizable'

/** The shortest beginning that is bad: what was called before some moment, and what was answered by then. */
function cutEnd<T extends Operation>(history: readonly T[]): T[] {
  const moments = history.map(({ answered }) => answered).filter(Number.isFinite)
  moments.sort((a, b) => a - b)
  let [good, bad] = [-1, moments.length - 1]
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2)
    if (isBad(until(history, moments[middle] as number))) bad = middle
    else good = middle
  }
  return until(history, moments[bad] ?? Number.POSITIVE_INFINITY)
}

function until<T extends Operation>(history: readonly T[], moment: number): T[] {
  return history.flatMap((operation) => {
    if (operation.called > moment) return []
    if (operation.answered <= moment || operation.answered === Number.POSITIVE_INFINITY) return [operation]
    // Not answered yet: a look says nothing, a change may have happened or not, and has told nobody what it saw.
    if (onlyLooks(operation.action)) return []
    return [unanswered(operation)]
  })
}

function unanswered<T extends Operation>(operation: T): T {
  const { action } = operation
  const open = { ...operation, answered: Number.POSITIVE_INFINITY }
  if (action.kind === 'exchange') {
    const { kind, expected, value } = action
    open.action = { kind, expected, value }
  }
  if (action.kind === 'add') open.action = { kind: 'add', by: action.by }
  if (operation.repeatsUntil !== undefined) open.repeatsUntil = Number.POSITIVE_INFINITY
  return open
}

/** What must go together with an operation; `undefined` when it must stay. */
function familyOf(operation: Operation, history: readonly Operation[]): Set<Operation> | undefined {
  const family = new Set<Operation>()
  const add = (member: Operation): boolean => {
    if (family.has(member)) return true
    family.add(member)
    const { action } = member
    if (onlyLooks(action)) return true
    // Sums depend on every increment; and whoever saw nothing saw what many removals leave behind.
    if (action.kind === 'add' || !('value' in action)) return false
    const { value } = action
    const seers = history.filter((other) => mayHaveSeen(other.action, value))
    return value === null ? seers.length === 0 : seers.every(add)
  }
  return add(operation) ? family : undefined
}
