import { constants } from 'node:buffer'
import type { Logger } from '../values/logger'
import type { CountProgress } from '../values/rows'
import { unwatch, watch } from './aborts'
import { type Answer, Unanswered, type Unwrapper } from './answers'
import { Burst } from './burst'
import { Listeners, type OnMaybeStale, type OnProgress } from './listeners'
import { Loggers } from './loggers'
import {
  CANCELLABLE,
  type LogLine,
  MAYBE_STALE,
  type Native,
  type NativeBridge,
  RECORD_LENGTH,
  RecordKind,
} from './native'
import { answerOf } from './records'
import type { Requests } from './requests'
import { type Settle, Slots } from './slots'
import { inALaterTurn } from './turns'

/** The longest result: what a Buffer holds, and at most 4 GiB where it could be longer. */
const MOST_BYTES = Math.min(constants.MAX_LENGTH, 2 ** 32)

/**
 * The one way between JavaScript and the addon: operations go out in bursts, and finished ones come back in batches. After a
 * number of results the addon waits for a later turn of the event loop, so the rest of the program gets its turns,
 * however many operations end together.
 */
export class Crossing {
  readonly native: NativeBridge
  /** Operations on single rows that wait to be handed over. */
  readonly requests: Requests
  readonly #burst: Burst
  readonly #slots = new Slots()
  readonly #listeners = new Listeners()
  readonly #loggers = new Loggers()

  /** `mostBytes`: a longer result is an error of its call. */
  constructor(native: Native, mostBytes = MOST_BYTES) {
    this.native = native.attach((records, count, slab, extras, isSpent) => {
      if (isSpent) inALaterTurn(this.#resume)
      this.#drain(records, count, slab, extras)
    }, mostBytes)
    this.#burst = new Burst(this.native)
    this.requests = this.#burst.requests
  }

  /**
   * Starts an operation: `send` gives its token to the addon. `onMaybeStale` is called when a secondary has answered,
   * before the promise is settled. If it throws, the call rejects with that error.
   */
  call<T>(send: (token: number) => void, signal?: AbortSignal, onMaybeStale?: OnMaybeStale): Answer<T> {
    // Earlier requests go first: a client that closes must still answer them.
    if (this.requests.length > 0) this.#burst.flush()
    return this.request<T>(send, signal, onMaybeStale)
  }

  /** As {@link Crossing.call}, but `send` adds the operation to {@link Crossing.requests}. */
  request<T>(send: (token: number) => void, signal?: AbortSignal, onMaybeStale?: OnMaybeStale): Answer<T> {
    if (signal !== undefined || onMaybeStale !== undefined) {
      return this.#callWithListeners<T>(send, signal, undefined, onMaybeStale)
    }
    return new Promise((resolve) => {
      this.#send(send, this.#slots.take(resolve as Settle), 0)
    })
  }

  /** As {@link Crossing.request}, but the promise is ready for the user: a failure rejects it. */
  requestPlain<T>(send: (token: number) => void, unwrapper: Unwrapper<T>): Promise<T> {
    return new Promise((resolve) => {
      this.#send(send, this.#slots.take(resolve as Settle, unwrapper as Unwrapper<unknown>), 0)
    })
  }

  /**
   * As {@link Crossing.call}, and reports the operation's progress. If `onProgress` throws, the call rejects with that
   * error and the operation is cancelled.
   */
  callWithProgress<T>(
    send: (token: number) => void,
    onProgress: OnProgress,
    signal?: AbortSignal,
  ): Answer<T> {
    return this.#callWithListeners<T>(send, signal, onProgress)
  }

  #callWithListeners<T>(
    send: (token: number) => void,
    signal?: AbortSignal,
    onProgress?: OnProgress,
    onMaybeStale?: OnMaybeStale,
  ): Answer<T> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) throw signal.reason
      const token = this.#slots.take((answer) => {
        if (signal !== undefined) unwatch(signal, onAbort)
        this.#listeners.remove(token)
        resolve(answer as T)
      })
      // The slot stays taken until the record comes; settling a promise that is already rejected does nothing.
      const giveUp = (reason: unknown) => {
        reject(reason)
        this.#listeners.remove(token)
        this.#burst.cancel(token)
      }
      const onAbort = () => giveUp(signal?.reason)
      if (signal !== undefined) watch(signal, onAbort)
      if (onProgress !== undefined) this.#listeners.addProgress(token, onProgress, giveUp)
      if (onMaybeStale !== undefined) this.#listeners.addMaybeStale(token, onMaybeStale)
      const isCancellable = signal !== undefined || onProgress !== undefined
      this.#send(send, token, isCancellable ? CANCELLABLE : 0)
    })
  }

  #send(send: (token: number) => void, token: number, bits: number): void {
    try {
      send(token + bits)
      this.#burst.added()
    } catch (error) {
      // A `send` that throws has started nothing, so no record will come for this slot.
      this.#slots.settle(token, new Unanswered(() => error))
    }
  }

  /** Gives the number under which the addon sends lines for this logger. */
  addLogger(logger: Logger): number {
    return this.#loggers.add(logger)
  }

  removeLogger(logId: number): void {
    this.#loggers.remove(logId)
  }

  readonly #resume = () => this.native.resume()

  #drain(records: Uint32Array, count: number, slab: Buffer, extras: unknown[]): void {
    const { buffer: memory, byteOffset } = slab
    for (let at = 0; at < count * RECORD_LENGTH; at += RECORD_LENGTH) {
      const token = records[at] as number
      const kind = records[at + 1] as RecordKind
      const a = records[at + 2] as number
      const b = records[at + 3] as number
      try {
        if (kind === RecordKind.Log) this.#loggers.write(extras[a] as LogLine)
        else if (kind === RecordKind.Progress) this.#listeners.progress(token, extras[a] as CountProgress)
        else if (kind < MAYBE_STALE)
          this.#slots.settle(token, answerOf(kind, a, b, memory, byteOffset, extras))
        else {
          const answer = answerOf(kind - MAYBE_STALE, a, b, memory, byteOffset, extras)
          this.#slots.settle(token, this.#listeners.maybeStale(token, answer))
        }
      } catch (error) {
        // One bad record must not cost the other operations their answers; the warning makes the error visible.
        process.emitWarning(error as Error)
      }
    }
  }
}
