import { Unanswered, type Unwrapper } from './answers'

export type Settle = (answer: unknown) => void

const RESOLVED = Promise.resolve()

/**
 * The promises that wait for an answer, each in the slot of its token. A slot is free again when its record has come,
 * so a late record never settles another operation's promise.
 */
export class Slots {
  /** Token 0 is never taken: records with it are not answers. */
  readonly #waiting: (Settle | undefined)[] = [undefined]
  /** Set when the caller has the slot's promise itself: makes a failure reject it. */
  readonly #unwrappers: (Unwrapper<unknown> | undefined)[] = [undefined]
  readonly #free: number[] = []

  take(settle: Settle, unwrapper?: Unwrapper<unknown>): number {
    const token = this.#free.pop() ?? this.#waiting.length
    this.#waiting[token] = settle
    this.#unwrappers[token] = unwrapper
    return token
  }

  settle(token: number, answer: unknown): void {
    const settle = this.#waiting[token]
    const unwrapper = this.#unwrappers[token]
    if (settle === undefined) throw new Error(`the addon answered token ${token}, which nothing waits for`)
    this.#waiting[token] = undefined
    this.#free.push(token)
    // The async stack of an error follows the chain of promises. So a failure is unwrapped one microtask later, when the
    // caller's promise is chained to the unwrapper's.
    const isPlain = unwrapper === undefined || !(answer instanceof Unanswered)
    settle(isPlain ? answer : unwrapper(RESOLVED.then(() => answer)))
  }
}
