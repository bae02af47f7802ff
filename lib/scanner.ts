import { type Crossing, type Unanswered, unwrap } from './crossing'
import { notConstructible, PegasusError } from './errors'
import type { NativeScanner } from './native'
import type { ScanEntry } from './options'
import { ScanPage } from './rows'
import { Turns } from './turns'

/** For tables, which alone make scanners. */
export let makeScanner: (crossing: Crossing, native: NativeScanner, signal?: AbortSignal) => Scanner

/**
 * - open: there may be more rows;
 * - ended: all rows were given, or the loop over them was left;
 * - closed: `close()` was called while there may have been more.
 */
type State = 'open' | 'ended' | 'closed'

/**
 * Rows of a table, made by {@link Table.getScanner} and {@link Table.getUnorderedScanners}. Made for
 * `for await`: leaving the loop, by whatever way, frees what the server keeps for the scan.
 *
 * A batch is fetched when its first row is asked for; from the second one on, the next is fetched while one is
 * used, and never more than that one. When a fetch fails the call rejects, and the next one tries
 * again from where the scan stood: no row is lost or given twice. Calls may overlap; they are answered one
 * after the other. The Buffers of a batch share memory, see {@link ScanEntry}.
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
  readonly #turns = new Turns()
  #page: ScanPage | undefined
  #state: State = 'open'

  private constructor(crossing: Crossing, native: NativeScanner, signal: AbortSignal | undefined) {
    if (native === undefined) throw notConstructible('Scanner', 'table.getScanner(hashKey)')
    this.#crossing = crossing
    this.#native = native
    this.#signal = signal
  }

  /**
   * The next row. After the last one, and after a loop was left, `done` is true for good.
   *
   * Rejects with a {@link PegasusError}: as every read, and with `ERR_SCANNER_CLOSED` after `close()`.
   */
  next(): Promise<IteratorResult<ScanEntry, undefined>> {
    // Most rows come from a page that is there, and wait for nobody.
    const ready = this.#turns.free ? this.#page?.take() : undefined
    return ready === undefined ? this.#nextOfPages() : Promise.resolve({ done: false, value: ready })
  }

  async #nextOfPages(): Promise<IteratorResult<ScanEntry, undefined>> {
    const entry = await this.#turns.take(async () => (await this.#pageWithRows())?.take())
    return entry === undefined ? { done: true, value: undefined } : { done: false, value: entry }
  }

  /**
   * What is left of the batch at hand, or the whole next one; `null` at the end. Faster than row by row.
   *
   * Rejects as {@link Scanner.next}.
   */
  async nextBatch(): Promise<ScanEntry[] | null> {
    return this.#turns.take(async () => (await this.#pageWithRows())?.takeAll() ?? null)
  }

  /** Called by `for await` when the loop is left: ends the scan. */
  async return(): Promise<IteratorResult<ScanEntry, undefined>> {
    this.#end('ended')
    return { done: true, value: undefined }
  }

  /** Ends the scan and rejects with the error given. */
  async throw(error?: unknown): Promise<IteratorResult<ScanEntry, undefined>> {
    this.#end('ended')
    throw error
  }

  /**
   * Ends the scan. The server is told, and nothing waits for it. Can be called at any time and more than once;
   * a fetch that runs rejects with `ERR_SCANNER_CLOSED`.
   */
  async close(): Promise<void> {
    this.#end('closed')
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /** As {@link Scanner.close}; for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** The page at hand or, when all its rows are given, the next one that has any. */
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
    // A scanner closed meanwhile has nothing more to say, whatever came.
    if (this.#state !== 'open') return
    const page = unwrap(answer)
    if (page === null) this.#end('ended')
    else this.#page = new ScanPage(page)
  }

  async #answer(): Promise<Buffer | null | Unanswered> {
    const send = (token: number) => this.#native.nextPage(token)
    try {
      return await this.#crossing.call<Buffer | null>(send, this.#signal)
    } catch (reason) {
      // Only an abort rejects, and it is for good. The loop that it ends calls nothing more, so free the server.
      this.#native.close()
      throw reason
    }
  }

  /** The first end counts. */
  #end(state: State): void {
    if (this.#state !== 'open') return
    this.#state = state
    this.#page = undefined
    this.#native.close()
  }
}
