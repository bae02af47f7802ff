import type { Outcome } from '../calls/watch'
import { type Action, describeAction } from './cell'
import type { Operation } from './linearizability'

/** One operation on one cell, with its outcome. */
export interface Entry extends Operation {
  cell: string
  worker: string
  client: string
  call: string
  /** `ok`, or the error code and whether the write may have been applied. */
  outcome: string
  /** It failed and was not applied. The judge leaves it out. */
  isVoid: boolean
}

/** An operation on a cell before it is called. */
export interface Intent {
  cell: string
  worker: string
  client: string
  call: string
  /** The client sends it again when the answer is lost. A second copy may undo what others wrote in between. */
  mayRepeat: boolean
}

/** All operations of a round, by cell. */
export class History {
  readonly #cells = new Map<string, Entry[]>()

  /** Adds a read; a failed read is left out, as it saw nothing. */
  look(intent: Intent, action: Action | undefined, { called, answered, failure }: Outcome<unknown>): void {
    if (action === undefined || failure !== undefined) return
    this.#add({ ...intent, action, called, answered, outcome: 'ok', isVoid: false })
  }

  /** Adds a write; `action` has its result if there is one. */
  change(intent: Intent, action: Action, { called, answered, failure }: Outcome<unknown>): void {
    const entry: Entry = { ...intent, action, called, answered, outcome: 'ok', isVoid: false }
    // The client sends no copy after its answer. The end of the round finds out how long earlier copies may live.
    if (intent.mayRepeat) entry.repeatsUntil = answered
    if (failure !== undefined) {
      entry.outcome = `${failure.code}${failure.maybeApplied ? ', maybe applied' : ''}`
      entry.isVoid = !failure.maybeApplied
      entry.answered = Number.POSITIVE_INFINITY
      if (intent.mayRepeat) entry.repeatsUntil = Number.POSITIVE_INFINITY
    }
    this.#add(entry)
  }

  *entries(): Iterable<Entry> {
    for (const entries of this.#cells.values()) yield* entries
  }

  get cells(): ReadonlyMap<string, readonly Entry[]> {
    return this.#cells
  }

  #add(entry: Entry): void {
    const entries = this.#cells.get(entry.cell)
    if (entries === undefined) this.#cells.set(entry.cell, [entry])
    else entries.push(entry)
  }
}

/** How many lines of a long history are shown: its end, where it goes wrong. */
const LINES = 25

/** A history as lines; times are milliseconds since its first call. */
export function describeHistory(entries: readonly Entry[]): string {
  const byCall = [...entries].sort((a, b) => a.called - b.called).slice(-LINES)
  const start = byCall[0]?.called ?? 0
  const at = (time: number) => (time === Number.POSITIVE_INFINITY ? '?' : (time - start).toFixed(1))
  return byCall
    .map(({ called, answered, worker, client, call, action, outcome, isVoid, repeatsUntil }) => {
      const times = `${at(called).padStart(8)} … ${at(answered).padStart(7)}`
      const repeats = repeatsUntil === undefined ? '' : `, may repeat until ${at(repeatsUntil)}`
      const what = isVoid ? `${describeAction(action)} (must not have happened)` : describeAction(action)
      return `    ${times}  ${`${worker}, ${client}`.padEnd(22)} ${call.padEnd(16)} ${what}: ${outcome}${repeats}`
    })
    .join('\n')
}
