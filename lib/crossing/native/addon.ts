import type { NativeClientOptions } from './client'
import type { NativeLocalOptions } from './local'
import type { OnBatch } from './records'

/**
 * The contract with the addon: its functions take and give bytes and numbers only.
 *
 * Every operation is a synchronous call that takes a token first and returns at once. Exactly one answer with that
 * token comes back later, in every case, so a slot is free again when its answer has arrived and not before. Finished
 * operations cross together, in one call of the function given to `attach`.
 */
export interface Native {
  /**
   * Makes a bridge for one copy of this library; `onBatch` receives its records. One environment (main thread or
   * worker) can hold several copies, as under Jest. Each copy attaches on its own and shares nothing with the others.
   */
  attach(onBatch: OnBatch): NativeBridge
  /** Parses the arguments of the `pegasus-local` program. Never throws: a refusal is a value. */
  parseLocalArguments(args: string[]): { options?: NativeLocalOptions; message?: string; exitCode: number }
}

/** One copy's side of the addon. */
export interface NativeBridge {
  /**
   * Starts the operations of the burst: those called since the last flush, and the records in the first `length`
   * bytes of `requests` (`requests.ts`). Call it soon after operations; one call serves a whole burst. `isWhole` says
   * that this is a complete burst: the addon starts a small one at once. Parts of a larger burst go to the I/O thread,
   * which works on them while JavaScript makes the next part.
   */
  flush(requests: Uint8Array, length: number, isWhole: boolean): void
  /** Cancels an operation. Its record still comes: Cancelled, or the answer if that was faster. */
  cancel(token: number): void
  /** Answer: Extra, a NativeClient. Fails when no meta server can be reached. */
  connect(token: number, options: NativeClientOptions): void
  /** Answer: Extra, a NativeLocalCluster. */
  startLocal(token: number, options: NativeLocalOptions): void
}
