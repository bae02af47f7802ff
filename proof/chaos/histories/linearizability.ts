// Looks for an order in which the operations on one cell can have happened: one at a time, each between its call and
// its answer. It is the search of Wing and Gong with Lowe's memory: it takes one operation after the other, and searches
// no state twice (the same operations taken, the same content).

import { type Action, after, type Content, onlyLooks } from './cell'

/** One operation on one cell. Times are milliseconds of one clock. */
export interface Operation {
  action: Action
  /** When it was called. */
  called: number
  /** When its answer came. `Infinity` means that its outcome is unknown: it may happen at any time, or never. */
  answered: number
  /**
   * Until when it may happen a second time; at least `answered`. A client sends a `set` again when the answer is lost,
   * and the server may carry out a copy late. Absent for operations that are sent once.
   */
  repeatsUntil?: number
}

export type Judgement = 'linearizable' | 'not linearizable' | 'undecided'

/** How many states a search visits before it gives up. */
const DEFAULT_LIMIT = 1_000_000

/** Judges the history of one cell, which is empty at the start. */
export function judge(history: readonly Operation[], limit = DEFAULT_LIMIT): Judgement {
  // Most operations with an unknown outcome that left no trace did not happen. Without them the search is far smaller,
  // and an order found without them is an order of the whole history.
  const seen = new Set(history.flatMap(({ action }) => traces(action)))
  const needed = history.filter((operation) => !isOpenEnded(operation) || leavesTrace(operation.action, seen))
  const judgement = new Search(needed).run(limit)
  if (judgement === 'linearizable' || needed.length === history.length) return judgement
  return new Search(history).run(limit)
}

/** The values that an operation has seen. */
function traces(action: Action): Content[] {
  if (action.kind === 'read') return [action.saw]
  if (action.kind === 'exchange') return [action.expected, action.actual ?? null]
  return []
}

function leavesTrace(action: Action, seen: ReadonlySet<Content>): boolean {
  if (action.kind === 'write' || action.kind === 'exchange')
    return action.value !== null && seen.has(action.value)
  return true
}

/** A step that the search can take: this operation, on this content. */
interface Move {
  index: number
  meets: Content
}

/** A step that was taken: the moves left to try there, and the state before it. */
interface Step {
  moves: Move[]
  taken: number
  content: Content
  lastCall: number
}

class Search {
  /** Operations that must happen, by time of call; then those that may not have happened. */
  readonly #operations: Operation[]
  /** How many operations must happen. */
  readonly #certain: number
  readonly #isTaken: boolean[]
  readonly #seen = new Set<string>()
  /** The index of the first operation that must happen and is not taken. */
  #first = 0
  #left: number
  #content: Content = null
  /** The latest call among the taken operations; the next one happens after it. */
  #lastCall = Number.NEGATIVE_INFINITY

  constructor(history: readonly Operation[]) {
    const byCall = [...history].sort((a, b) => a.called - b.called)
    const certain = byCall.filter((operation) => !isOpenEnded(operation))
    this.#operations = [...certain, ...byCall.filter(isOpenEnded)]
    this.#certain = certain.length
    this.#left = certain.length
    this.#isTaken = this.#operations.map(() => false)
  }

  run(limit: number): Judgement {
    const steps: Step[] = []
    let moves = this.#moves()
    for (let looked = 0; this.#left > 0; looked++) {
      if (looked === limit) return 'undecided'
      const move = moves.pop()
      if (move !== undefined) {
        steps.push({ moves, taken: move.index, content: this.#content, lastCall: this.#lastCall })
        this.#take(move)
        moves = this.#isNew() ? this.#moves() : []
        continue
      }
      const step = steps.pop()
      if (step === undefined) return 'not linearizable'
      this.#giveBack(step)
      moves = step.moves
    }
    return 'linearizable'
  }

  #take({ index, meets }: Move): void {
    const { action, called } = this.#at(index)
    this.#content = after(meets, action) as Content
    this.#lastCall = Math.max(this.#lastCall, called)
    this.#isTaken[index] = true
    if (index < this.#certain) this.#left--
    while (this.#first < this.#certain && this.#isTaken[this.#first]) this.#first++
  }

  #giveBack({ taken, content, lastCall }: Step): void {
    this.#content = content
    this.#lastCall = lastCall
    this.#isTaken[taken] = false
    if (taken >= this.#certain) return
    this.#left++
    this.#first = Math.min(this.#first, taken)
  }

  /** Whether this state is new: no state before had the same operations taken and the same content. */
  #isNew(): boolean {
    const taken: number[] = []
    for (let index = this.#first; index < this.#operations.length; index++) {
      if (this.#isTaken[index]) taken.push(index)
      else if (index < this.#certain && this.#at(index).called > this.#lastCall) index = this.#certain - 1
    }
    const key = `${this.#first} ${taken.join(' ')} ${this.#content}`
    const isNew = !this.#seen.has(key)
    this.#seen.add(key)
    return isNew
  }

  /** The moves that are possible now, the likeliest last. */
  #moves(): Move[] {
    const open = this.#open()
    const look = open.find((index) => this.#isInNobodysWay(this.#at(index)))
    if (look !== undefined) return [{ index: look, meets: this.#content }]
    const moves = open.flatMap((index) => this.#meetings(index))
    return moves.sort((a, b) => this.#at(b.index).answered - this.#at(a.index).answered)
  }

  /** Operations that are not taken and were called before the first answer among them. */
  #open(): number[] {
    const open: number[] = []
    let firstAnswer = Number.POSITIVE_INFINITY
    for (let index = this.#first; index < this.#operations.length; index++) {
      if (this.#isTaken[index]) continue
      const { called, answered } = this.#at(index)
      if (called <= firstAnswer) open.push(index)
      else if (index < this.#certain) index = this.#certain - 1
      firstAnswer = Math.min(firstAnswer, answered)
    }
    return open
  }

  /** A read that fits is taken at once, unless that leaves no time for a repeated write before it. */
  #isInNobodysWay({ action, called }: Operation): boolean {
    if (!onlyLooks(action) || after(this.#content, action) === undefined) return false
    return (
      called <= this.#lastCall || this.#repeatable().every(({ repeatsUntil = 0 }) => repeatsUntil > called)
    )
  }

  /** The contents an operation may find: the present one, or one that a repeated write puts back. */
  #meetings(index: number): Move[] {
    const { action, answered } = this.#at(index)
    const contents = new Set([this.#content])
    if (action.kind !== 'write') for (const { action } of this.#repeatable()) contents.add(written(action))
    return [...contents]
      .filter((meets) => {
        const content = after(meets, action)
        // An operation that may not have happened and changes nothing is not tried.
        return content !== undefined && (answered !== Number.POSITIVE_INFINITY || content !== meets)
      })
      .map((meets) => ({ index, meets }))
      .reverse()
  }

  /** Taken operations that may happen again now. */
  #repeatable(): Operation[] {
    return this.#operations.filter(
      ({ repeatsUntil }, index) =>
        repeatsUntil !== undefined && repeatsUntil > this.#lastCall && this.#isTaken[index],
    )
  }

  #at(index: number): Operation {
    return this.#operations[index] as Operation
  }
}

function isOpenEnded({ answered }: Operation): boolean {
  return answered === Number.POSITIVE_INFINITY
}

function written(action: Action): Content {
  return action.kind === 'write' ? action.value : null
}
