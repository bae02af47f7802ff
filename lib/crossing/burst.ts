import type { NativeBridge } from './native'
import { Requests } from './requests'

/** A burst with more bytes of requests is handed over in parts, before it is complete. */
const LONGEST_PART = 2 * 1024

/**
 * Its reactions run after the waiting microtasks. `queueMicrotask` does the same, but makes an async resource each
 * time.
 */
const RESOLVED = Promise.resolve()

/**
 * The burst: the operations started in one turn of JavaScript. It is handed to the addon as a whole, after the waiting
 * microtasks. A long burst goes in parts, so that the I/O thread starts while JavaScript continues.
 */
export class Burst {
  readonly requests = new Requests()
  readonly #bridge: NativeBridge
  #isFlushScheduled = false
  /** A part of the burst was handed over before its end. */
  #isSplit = false

  constructor(bridge: NativeBridge) {
    this.#bridge = bridge
  }

  /** To be called after each operation that was added. */
  added(): void {
    if (this.requests.length > LONGEST_PART) this.flush()
    else if (!this.#isFlushScheduled) {
      this.#isFlushScheduled = true
      RESOLVED.then(this.#flushScheduled)
    }
  }

  /** Cancels an operation, with the burst: one signal may end thousands. */
  cancel(token: number): void {
    // Its request must arrive first.
    if (this.requests.length > 0) this.flush()
    this.#bridge.cancel(token)
    this.added()
  }

  readonly #flushScheduled = () => {
    this.#isFlushScheduled = false
    this.flush(!this.#isSplit)
    this.#isSplit = false
  }

  /** Hands over what is there now. */
  flush(isWhole = false): void {
    const { length } = this.requests
    this.#bridge.flush(this.requests.take(), length, isWhole)
    this.#isSplit = true
  }
}
