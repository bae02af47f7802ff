// Shortens a history that no order explains. It removes only what could not make a good history bad: the end of the
// history, reads, and a write together with all operations that saw it.

import { mayHaveSeen, onlyLooks } from './cell'
import { judge, type Operation } from './linearizability'

/** How many states a search for a shorter history visits: fewer than the first search. */
const LIMIT = 50_000

export function shrink<T extends Operation>(history: readonly T[]): T[] {
  let kept = cutEnd(history)
  // A removal can go only when no operation is left that saw an empty cell. The first pass may remove those.
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

/** The shortest bad beginning of the history: the calls before some moment, with the answers up to it. */
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
    // Without an answer a read saw nothing. A write may or may not have happened, and its result is unknown.
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

/** The operations that must be removed together with this one; `undefined` if it must stay. */
function familyOf(operation: Operation, history: readonly Operation[]): Set<Operation> | undefined {
  const family = new Set<Operation>()
  const add = (member: Operation): boolean => {
    if (family.has(member)) return true
    family.add(member)
    const { action } = member
    if (onlyLooks(action)) return true
    // A sum depends on every increment. An operation that saw no value may have seen the effect of any removal.
    if (action.kind === 'add' || !('value' in action)) return false
    const { value } = action
    const seers = history.filter((other) => mayHaveSeen(other.action, value))
    return value === null ? seers.length === 0 : seers.every(add)
  }
  return add(operation) ? family : undefined
}
