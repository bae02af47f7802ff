import { unwatch, watch } from './aborts'
import { type Below, errorOf } from './errors'
import { writeLine } from './logger'
import type { Failure, LogLine, Native, NativeBridge } from './native'
import { CANCELLABLE, Kind, MAYBE_STALE, RECORD_LENGTH } from './native'
import type { CountProgress, Logger } from './options'
import { Requests } from './requests'
import { view } from './views'

/**
 * What an operation gives instead of a value. The error is made by {@link unwrap}, after the await
 * in the method that the user called, so that its stack shows where that call came from.
 */
export class Unanswered {
  /** `below` is the function whose frame, with all above it, is not the caller's business. */
  constructor(readonly error: (below: Below) => unknown) {}
}

/** The value, or throws. */
export function unwrap<T>(answer: T | Unanswered): T {
  if (answer instanceof Unanswered) throw answer.error(unwrap)
  return answer
}

/** What an answer, which is still to come, means for the caller. */
export type End<T> = (answer: Promise<T | Unanswered>) => Promise<T>

/** The end of operations under a name, which the stacks of their errors show. */
export function endOf<T>(name: string): End<T> {
  const named = {
    async [name](answer: Promise<T | Unanswered>): Promise<T> {
      return unwrap(await answer)
    },
  }
  return named[name] as End<T>
}

/** Bytes of requests that are handed over without waiting for more. */
const LONGEST_BURST = 2 * 1024

/** Its reactions run behind the microtasks that are waiting; `queueMicrotask` would make a resource of each. */
const NOW = Promise.resolve()

type Settle = (answer: unknown) => void
type OnProgress = (progress: CountProgress) => void
type OnMaybeStale = () => void

/** Promises by token. A token is free again when its record has come, so a late record finds no stranger. */
class Slots {
  /** Token 0 is never given: its records are no answers. */
  readonly #waiting: (Settle | undefined)[] = [undefined]
  /** Of promises that are the caller's own: how they end without an answer. */
  readonly #ends: (End<unknown> | undefined)[] = [undefined]
  readonly #free: number[] = []

  take(settle: Settle, end?: End<unknown>): number {
    const token = this.#free.pop() ?? this.#waiting.length
    this.#waiting[token] = settle
    this.#ends[token] = end
    return token
  }

  settle(token: number, answer: unknown): void {
    const settle = this.#waiting[token]
    const end = this.#ends[token]
    if (settle === undefined) throw new Error(`the addon answered token ${token}, which nothing waits for`)
    this.#waiting[token] = undefined
    this.#free.push(token)
    // A turn later, when the caller's promise follows the end: the error's stack goes along these.
    const isPlain = end === undefined || !(answer instanceof Unanswered)
    settle(isPlain ? answer : end(NOW.then(() => answer)))
  }
}

/** The one way between JavaScript and the addon: operations out, all that has finished back in one visit. */
export class Crossing {
  readonly native: NativeBridge
  /** Operations on single rows, until they are handed over. */
  readonly requests = new Requests()
  readonly #slots = new Slots()
  /** By token, while somebody wants to hear it. */
  readonly #progress = new Map<number, OnProgress>()
  readonly #onMaybeStale = new Map<number, OnMaybeStale>()
  readonly #loggers = new Map<number, Logger>()
  #lastLogId = 0
  #flushComes = false
  /** Some of the burst has been handed over before its end. */
  #isSplit = false

  constructor(native: Native) {
    this.native = native.attach((records, count, slab, extras) => this.#drain(records, count, slab, extras))
  }

  /**
   * Starts an operation: `send` hands its token to the addon. `onMaybeStale` is called when a secondary has
   * answered, before the promise is settled; when it throws, the call rejects with that.
   */
  call<T>(
    send: (token: number) => void,
    signal?: AbortSignal,
    onMaybeStale?: OnMaybeStale,
  ): Promise<T | Unanswered> {
    // What was asked for before comes before: a client that closes answers it.
    if (this.requests.length > 0) this.#flush()
    return this.request<T>(send, signal, onMaybeStale)
  }

  /** As {@link Crossing.call}, where `send` adds the operation to the requests. */
  request<T>(
    send: (token: number) => void,
    signal?: AbortSignal,
    onMaybeStale?: OnMaybeStale,
  ): Promise<T | Unanswered> {
    if (signal !== undefined || onMaybeStale !== undefined) {
      return this.#callAbortable<T>(send, signal, undefined, onMaybeStale)
    }
    return new Promise((resolve) => {
      this.#send(send, this.#slots.take(resolve as Settle), 0)
    })
  }

  /** As {@link Crossing.request}, with a promise that the caller may have as it is. */
  requestPlain<T>(send: (token: number) => void, end: End<T>): Promise<T> {
    return new Promise((resolve) => {
      this.#send(send, this.#slots.take(resolve as Settle, end as End<unknown>), 0)
    })
  }

  /**
   * As {@link Crossing.call}, and hands on how far the operation has come. When `onProgress` throws, the call
   * rejects with that and the operation is given up.
   */
  callWithProgress<T>(
    send: (token: number) => void,
    onProgress: OnProgress,
    signal?: AbortSignal,
  ): Promise<T | Unanswered> {
    return this.#callAbortable<T>(send, signal, onProgress)
  }

  #callAbortable<T>(
    send: (token: number) => void,
    signal?: AbortSignal,
    onProgress?: OnProgress,
    onMaybeStale?: OnMaybeStale,
  ): Promise<T | Unanswered> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) throw signal.reason
      const token = this.#slots.take((answer) => {
        if (signal !== undefined) unwatch(signal, onAbort)
        this.#progress.delete(token)
        this.#onMaybeStale.delete(token)
        resolve(answer as T)
      })
      // The slot stays taken until the record comes, which then settles a promise already rejected.
      const giveUp = (reason: unknown) => {
        reject(reason)
        this.#progress.delete(token)
        this.#onMaybeStale.delete(token)
        this.#flush()
        this.native.cancel(token)
      }
      const onAbort = () => giveUp(signal?.reason)
      if (signal !== undefined) watch(signal, onAbort)
      if (onProgress !== undefined) this.#progress.set(token, orGiveUp(onProgress, giveUp))
      if (onMaybeStale !== undefined) this.#onMaybeStale.set(token, onMaybeStale)
      const isCancellable = signal !== undefined || onProgress !== undefined
      this.#send(send, token, isCancellable ? CANCELLABLE : 0)
    })
  }

  #send(send: (token: number) => void, token: number, bits: number): void {
    try {
      send(token + bits)
      this.#handOver()
    } catch (error) {
      // A call that throws has started nothing, so no record will come.
      this.#slots.settle(token, new Unanswered(() => error))
    }
  }

  /**
   * What is started in one go is handed over together, behind the microtasks that are waiting; but when it is
   * much, so that the I/O thread works while JavaScript goes on.
   */
  #handOver(): void {
    if (this.requests.length > LONGEST_BURST) this.#flush()
    else if (!this.#flushComes) {
      this.#flushComes = true
      NOW.then(this.#flushLater)
    }
  }

  readonly #flushLater = () => {
    this.#flushComes = false
    this.#flush(!this.#isSplit)
    this.#isSplit = false
  }

  #flush(isWhole = false): void {
    const { length } = this.requests
    this.native.flush(this.requests.take(), length, isWhole)
    this.#isSplit = true
  }

  /** The number under which the addon sends lines for this logger. */
  addLogger(logger: Logger): number {
    this.#lastLogId++
    this.#loggers.set(this.#lastLogId, logger)
    return this.#lastLogId
  }

  removeLogger(logId: number): void {
    this.#loggers.delete(logId)
  }

  #drain(records: Uint32Array, count: number, slab: Buffer, extras: unknown[]): void {
    const { buffer: memory, byteOffset } = slab
    for (let at = 0; at < count * RECORD_LENGTH; at += RECORD_LENGTH) {
      const token = records[at] as number
      const kind = records[at + 1] as Kind
      const a = records[at + 2] as number
      const b = records[at + 3] as number
      try {
        if (kind === Kind.Log) this.#log(extras[a] as LogLine)
        else if (kind === Kind.Progress) this.#progress.get(token)?.(extras[a] as CountProgress)
        else if (kind < MAYBE_STALE)
          this.#slots.settle(token, answerOf(kind, a, b, memory, byteOffset, extras))
        else
          this.#slots.settle(
            token,
            this.#told(token, answerOf(kind - MAYBE_STALE, a, b, memory, byteOffset, extras)),
          )
      } catch (error) {
        // One record must not cost the others their answer; what went wrong still shows.
        process.emitWarning(error as Error)
      }
    }
  }

  /** The answer of a secondary, once whoever wants to know has been told. */
  #told(token: number, answer: unknown): unknown {
    try {
      this.#onMaybeStale.get(token)?.()
      return answer
    } catch (error) {
      return new Unanswered(() => error)
    }
  }

  #log({ logId, level, message }: LogLine): void {
    // A closed client has no logger any more, though a last line of it may still be on its way.
    const logger = this.#loggers.get(logId)
    if (logger !== undefined) writeLine(logger, level, message)
  }
}

function orGiveUp(onProgress: OnProgress, giveUp: (reason: unknown) => void): OnProgress {
  return (progress) => {
    try {
      onProgress(progress)
    } catch (error) {
      giveUp(error)
    }
  }
}

function answerOf(
  kind: Kind,
  a: number,
  b: number,
  memory: ArrayBufferLike,
  byteOffset: number,
  extras: unknown[],
): unknown {
  switch (kind) {
    case Kind.Done:
      return undefined
    case Kind.Absent:
      return null
    case Kind.Bytes:
      return view(memory, byteOffset + a, b)
    case Kind.Number:
      return (b | 0) * 2 ** 32 + a
    case Kind.Boolean:
      return a !== 0
    case Kind.BigInt:
      return (BigInt(b | 0) << 32n) | BigInt(a)
    case Kind.Extra:
      return extras[a]
    case Kind.Failure:
      return new Unanswered((below) => errorOf(extras[a] as Failure, below))
    default:
      return new Unanswered(() => new Error(`the addon ended an operation with a record of kind ${kind}`))
  }
}
