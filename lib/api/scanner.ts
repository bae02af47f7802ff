import { type Answer, unwrap } from '../crossing/answers'
import type { Crossing } from '../crossing/crossing'
import type { NativeScanner } from '../crossing/native'
import { ScanPage } from '../crossing/results/pages'
import { notConstructible } from '../values/argument-errors'
import { PegasusError } from '../values/errors'
import type { ScanEntry } from '../values/rows'
import { SerialQueue } from './serial-queue'

/** For {@link Table}: only a table makes scanners. */
export let makeScanner: (crossing: Crossing, native: NativeScanner, signal?: AbortSignal) => Scanner

/**
 * - open: there may be more rows;
 * - ended: all rows were given, or the caller left the loop;
 * - closed: `close()` was called while the scanner was open.
 */
type State = 'open' | 'ended' | 'closed'

/**
 * Reads rows of a table, batch by batch. Made by {@link Table.getScanner} and {@link Table.getUnorderedScanners}. Use
 * it with `for await`: when the loop ends for any reason, the server frees its context of the scan.
 *
 * The first batch is fetched when its first row is requested. From the second batch on, the next batch is fetched while
 * the current one is used, but never more than one. When a fetch fails, the call rejects. The next call retries from
 * the same position, so no row is lost or given twice. Calls may overlap; they are answered one after the other. The
 * Buffers of a batch share memory, see {@link ScanEntry}.
 *
 * @example
 * ```ts
 * const scanner = table.getScanner('user-1', 'a', 'n', { batchSize: 100 })
 * for await (const { sortKey, value } of scanner) {
 *   if (value.length === 0) break
 *   console.log(`${sortKey}: ${value}`)
 * }
 * ```
 */
export class Scanner implements AsyncIterableIterator<ScanEntry> {
  static {
    makeScanner = (crossing, native, signal) => new Scanner(crossing, native, signal)
  }

  readonly #crossing: Crossing
  readonly #native: NativeScanner
  readonly #signal: AbortSignal | undefined
  readonly #calls = new SerialQueue()
  #page: ScanPage | undefined
  #state: State = 'open'

  private constructor(crossing: Crossing, native: NativeScanner, signal: AbortSignal | undefined) {
    if (native === undefined) throw notConstructible('Scanner', 'table.getScanner(hashKey)')
    this.#crossing = crossing
    this.#native = native
    this.#signal = signal
  }

  /**
   * Gives the next row. After the last row, and after a loop was left, every call gives `done: true`.
   *
   * Rejects with a {@link PegasusError}, as every read does, and with the code `ERR_SCANNER_CLOSED` after `close()`.
   */
  next(): Promise<IteratorResult<ScanEntry, undefined>> {
    // Most rows come from a page that has already arrived, and no other call waits.
    const ready = this.#calls.isIdle ? this.#page?.take() : undefined
    return ready === undefined ? this.#nextOfPages() : Promise.resolve({ done: false, value: ready })
  }

  async #nextOfPages(): Promise<IteratorResult<ScanEntry, undefined>> {
    const entry = await this.#calls.run(async () => (await this.#pageWithRows())?.take())
    return entry === undefined ? { done: true, value: undefined } : { done: false, value: entry }
  }

  /**
   * Gives the remaining rows of the current batch, or the whole next batch; `null` at the end. Faster than row by row.
   *
   * Rejects as {@link Scanner.next}.
   */
  async nextBatch(): Promise<ScanEntry[] | null> {
    return this.#calls.run(async () => (await this.#pageWithRows())?.takeAll() ?? null)
  }

  /** Ends the scan. `for await` calls it when the loop is left. */
  async return(): Promise<IteratorResult<ScanEntry, undefined>> {
    this.#end('ended')
    return { done: true, value: undefined }
  }

  /** Ends the scan and rejects with the given error. */
  async throw(error?: unknown): Promise<IteratorResult<ScanEntry, undefined>> {
    this.#end('ended')
    throw error
  }

  /**
   * Ends the scan. The server is informed in the background. May be called at any time and more than once. A running
   * fetch rejects with `ERR_SCANNER_CLOSED`.
   */
  async close(): Promise<void> {
    this.#end('closed')
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /** Same as {@link Scanner.close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** The current page or, when all its rows are given, the next page with rows. */
  async #pageWithRows(): Promise<ScanPage | undefined> {
    for (;;) {
      if (this.#state === 'closed') throw new PegasusError('ERR_SCANNER_CLOSED', 'the scanner is closed')
      if (this.#state === 'ended') return undefined
      if (this.#page !== undefined && this.#page.left > 0) return this.#page
      await this.#fetch()
    }
  }

  async #fetch(): Promise<void> {
    const answer = await this.#answer()
    // The scanner was closed or ended while the answer was on its way.
    if (this.#state !== 'open') return
    const page = unwrap(answer)
    if (page === null) this.#end('ended')
    else this.#page = new ScanPage(page)
  }

  async #answer(): Answer<Buffer | null> {
    const send = (token: number) => this.#native.nextPage(token)
    try {
      return await this.#crossing.call<Buffer | null>(send, this.#signal)
    } catch (reason) {
      // Only an abort rejects here, and it is final. The aborted loop calls nothing more, so the server's context is
      // freed now.
      this.#native.close()
      throw reason
    }
  }

  /** Only the first call has an effect. */
  #end(state: State): void {
    if (this.#state !== 'open') return
    this.#state = state
    this.#page = undefined
    this.#native.close()
  }
}
