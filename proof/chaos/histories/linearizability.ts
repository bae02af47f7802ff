// Is there an order in which the operations on one cell can have happened, one at a time, each between its call and
// its answer? The search of Wing and Gong with the memory of Lowe: it takes operations one after the other, and what
// it has seen once (the same ones taken, the same content) it does not search again.

import { type Action, after, type Content, onlyLooks } from './cell'

/** One operation on one cell. Times are milliseconds of one clock. */
export interface Operation {
  action: Action
  /** When it was called. */
  called: number
  /** When its answer came; `Infinity` when its outcome is unknown: it may happen at any time, or never. */
  answered: number
  /**
   * Until when it may happen once more after it has happened, not before `answered`: a client sends a `set` again
   * when no answer came, and a copy may be carried out late. Absent for what is sent once.
   */
  repeatsUntil?: number
}

export type Judgement = 'linearizable' | 'not linearizable' | 'undecided'

/** So many states are looked at before a search is given up. */
const DEFAULT_LIMIT = 1_000_000

/** Judges the history of one cell that is empty to begin with. */
export function judge(history: readonly Operation[], limit = DEFAULT_LIMIT): Judgement {
  // What need not have happened and left no trace mostly has not: without it there is far less to try, and what is
  // explained without it is explained.
  const seen = new Set(history.flatMap(({ action }) => traces(action)))
  const needed = history.filter((operation) => !isOpenEnded(operation) || leavesTrace(operation.action, seen))
  const judgement = new Search(needed).run(limit)
  if (judgement === 'linearizable' || needed.length === history.length) return judgement
  return new Search(history).run(limit)
}

/** The values that an operation has met. */
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

/** A way to go on: take this operation, which meets this content. */
interface Move {
  index: number
  meets: Content
}

/** A place in the search: what is left to try from here, and what it was before. */
interface Step {
  moves: Move[]
  taken: number
  content: Content
  lastCall: number
}

class Search {
  /** What must happen, by its call; then what need not. */
  readonly #operations: Operation[]
  /** How many must happen. */
  readonly #certain: number
  readonly #isTaken: boolean[]
  readonly #seen = new Set<string>()
  /** The first that must happen and has not. */
  #first = 0
  #left: number
  #content: Content = null
  /** The latest call of what is taken: all else happens after it. */
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

  /** Whether the search is here for the first time: with the same operations taken and the same content. */
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

  /** What can happen next, the likeliest last. */
  #moves(): Move[] {
    const open = this.#open()
    const look = open.find((index) => this.#isInNobodysWay(this.#at(index)))
    if (look !== undefined) return [{ index: look, meets: this.#content }]
    const moves = open.flatMap((index) => this.#meetings(index))
    return moves.sort((a, b) => this.#at(b.index).answered - this.#at(a.index).answered)
  }

  /** What is not taken and was called before the first answer among it. */
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

  /** What only looks, and fits, is taken before all else: unless that is too late for a repetition before it. */
  #isInNobodysWay({ action, called }: Operation): boolean {
    if (!onlyLooks(action) || after(this.#content, action) === undefined) return false
    return (
      called <= this.#lastCall || this.#repeatable().every(({ repeatsUntil = 0 }) => repeatsUntil > called)
    )
  }

  /** What an operation may meet: the content as it is, or what an earlier write puts there once more. */
  #meetings(index: number): Move[] {
    const { action, answered } = this.#at(index)
    const contents = new Set([this.#content])
    if (action.kind !== 'write') for (const { action } of this.#repeatable()) contents.add(written(action))
    return [...contents]
      .filter((meets) => {
        const content = after(meets, action)
        // What need not happen and changes nothing is not worth a guess.
        return content !== undefined && (answered !== Number.POSITIVE_INFINITY || content !== meets)
      })
      .map((meets) => ({ index, meets }))
      .reverse()
  }

  /** What has happened and may happen again now. */
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
