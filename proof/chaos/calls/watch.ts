import { PegasusError } from 'pegasus-client'
import { KNOWN_CODES } from './codes'
import type { Pauses } from './pauses'

/** How late a call may be: timers and the way back to JavaScript take a moment. */
const LATE_AT_MOST_MS = 100
/** A call without an answer this long after its deadline counts as hung. */
const GIVEN_UP_AFTER_MS = 20_000

export interface Failure {
  code: string
  /** Whether the write may have been applied although it failed. */
  maybeApplied: boolean
}

/** The outcome of a call; times are those of `performance.now()`. */
export interface Outcome<T> {
  called: number
  answered: number
  result?: T
  failure?: Failure
}

export interface CallInfo {
  name: string
  /** The deadline of the call, in milliseconds. */
  timeoutMs: number
  isWrite: boolean
  signal?: AbortSignal
  /** Whether its client may have been closed meanwhile. */
  mayBeClosed?: boolean
  /** Whether a failure is a violation, because no fault is active. */
  mustSucceed?: boolean
}

/** Makes all calls, counts them, and checks the deadline and the error of each. */
export class Watch {
  readonly violations: string[] = []
  readonly operations = new Map<string, { ok: number; failed: number }>()
  readonly codes = new Map<string, number>()
  /** How late the latest call was, in milliseconds, without the pauses of this process. */
  latestMs = 0
  maybeApplied = 0
  readonly #pauses: Pauses

  constructor(pauses: Pauses) {
    this.#pauses = pauses
  }

  async call<T>(info: CallInfo, run: () => Promise<T>): Promise<Outcome<T>> {
    const called = performance.now()
    const outcome: Outcome<T> = { called, answered: called }
    let timer: NodeJS.Timeout | undefined
    const hung = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Hung()), info.timeoutMs + GIVEN_UP_AFTER_MS)
    })
    try {
      outcome.result = await Promise.race([run(), hung])
    } catch (error) {
      outcome.failure = this.failure(info, error)
    }
    clearTimeout(timer)
    outcome.answered = performance.now()
    this.#checkDeadline(info, outcome)
    this.#count(info.name, outcome.failure)
    if (info.mustSucceed && outcome.failure !== undefined) {
      this.violation(`${info.name} failed with ${outcome.failure.code} when all was healed again`)
    }
    return outcome
  }

  violation(text: string): void {
    this.violations.push(text)
  }

  /** Reads an error, and reports it if this call cannot fail that way. */
  failure({ name, isWrite, signal, mayBeClosed }: CallInfo, error: unknown): Failure {
    if (signal?.aborted && error === signal.reason) return { code: 'aborted', maybeApplied: isWrite }
    if (error instanceof Hung) {
      this.violation(`${name} has no answer ${GIVEN_UP_AFTER_MS} ms after its deadline`)
      return { code: 'hung', maybeApplied: isWrite }
    }
    if (!(error instanceof PegasusError)) {
      this.violation(`${name} failed with what is no PegasusError: ${describe(error)}`)
      return { code: 'unknown', maybeApplied: isWrite }
    }
    const { code, maybeApplied } = error
    const isKnown = KNOWN_CODES.has(code) || (mayBeClosed && code === 'ERR_CLIENT_CLOSED')
    if (!isKnown) this.violation(`${name} failed with a code that nothing here can cause: ${describe(error)}`)
    if (maybeApplied && !isWrite) this.violation(`${name} only reads, and may be applied: ${describe(error)}`)
    return { code, maybeApplied }
  }

  #checkDeadline({ name, timeoutMs }: CallInfo, { called, answered, failure }: Outcome<unknown>): void {
    const over = answered - called - timeoutMs
    if (over <= 0) return
    const late = over - this.#pauses.within(called, answered)
    this.latestMs = Math.max(this.latestMs, late)
    if (late <= LATE_AT_MOST_MS) return
    const how = failure === undefined ? 'succeeded' : `failed with ${failure.code}`
    this.violation(`${name} ${how} ${late.toFixed(0)} ms after its deadline of ${timeoutMs} ms`)
  }

  #count(name: string, failure: Failure | undefined): void {
    const counts = this.operations.get(name) ?? { ok: 0, failed: 0 }
    this.operations.set(name, counts)
    if (failure === undefined) counts.ok++
    else counts.failed++
    if (failure !== undefined) this.noteFailure(failure)
  }

  noteFailure({ code, maybeApplied }: Failure): void {
    this.codes.set(code, (this.codes.get(code) ?? 0) + 1)
    if (maybeApplied) this.maybeApplied++
  }
}

class Hung extends Error {}

export function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
