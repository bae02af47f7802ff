import type { CallOptions, Table } from 'pegasus-client'
import type { Random } from '../../../__test__/support/random'
import type { Outcome, Watch } from '../calls/watch'
import { type Content, withTtl } from '../histories/cell'
import type { History, Intent } from '../histories/history'

/** From too short for a single retry to long enough for several. */
const TIMEOUTS_MS = [60, 250, 700, 1500] as const
const PATIENT_MS = 5000
/** Far longer than a round. */
const TTL_SECONDS = 5000

let tags = 0

/** What the operations of a worker need. */
export interface WorkerFields {
  name: string
  /** The name of its client. */
  client: string
  /** The objects of its table, which it uses in turn. */
  tables: readonly [Table, ...Table[]]
  random: Random
  watch: Watch
  history: History
  /** Whether its client retries idempotent writes when the answer is lost. */
  mayRepeat: boolean
  /** The last known content of each cell, shared by all workers. */
  seen: Map<string, Content>
  /** Uses long deadlines and aborts nothing. No fault is active any more, so every call must succeed. */
  isPatient?: boolean
  /** Whether its client may be closed during a call. */
  mayBeClosed?: boolean
}

/** One of the workers that use the cluster concurrently. */
export class Worker {
  readonly name: string
  readonly random: Random
  readonly watch: Watch
  readonly history: History
  readonly #fields: WorkerFields
  #calls = 0

  constructor(fields: WorkerFields) {
    this.name = fields.name
    this.random = fields.random
    this.watch = fields.watch
    this.history = fields.history
    this.#fields = fields
  }

  /** The table, by another object each time. */
  get table(): Table {
    const { tables } = this.#fields
    return tables[this.#calls++ % tables.length] ?? tables[0]
  }

  /** A value that nobody else writes. */
  tag(): string {
    tags++
    return `v${tags}`
  }

  /** A value and its options: one in four has a time to live. */
  value(): { value: string; ttlSeconds: number } {
    const tag = this.tag()
    return this.random.once(4)
      ? { value: withTtl(tag), ttlSeconds: TTL_SECONDS }
      : { value: tag, ttlSeconds: 0 }
  }

  /** A guess of what the cell holds; mostly right. */
  guess(cell: string): Content {
    return this.#fields.seen.get(cell) ?? null
  }

  saw(cell: string, content: Content): void {
    this.#fields.seen.set(cell, content)
  }

  intent(cell: string, call: string, mayRepeat = false): Intent {
    const { name: worker, client } = this.#fields
    return { cell, call, worker, client, mayRepeat: mayRepeat && this.#fields.mayRepeat }
  }

  /** Makes a call with a deadline; aborts one in forty before its answer. */
  async call<T>(
    name: string,
    isWrite: boolean,
    run: (options: CallOptions) => Promise<T>,
  ): Promise<Outcome<T>> {
    const { isPatient = false, mayBeClosed = false } = this.#fields
    const timeoutMs = isPatient ? PATIENT_MS : this.random.of(TIMEOUTS_MS)
    const info = { name, timeoutMs, isWrite, mayBeClosed, mustSucceed: isPatient }
    if (isPatient || !this.random.once(40)) return this.watch.call(info, () => run({ timeoutMs }))
    const aborts = new AbortController()
    const timer = setTimeout(() => aborts.abort(new Error('aborted by chaos')), this.random.integer(0, 30))
    const { signal } = aborts
    const outcome = await this.watch.call({ ...info, signal }, () => run({ timeoutMs, signal }))
    clearTimeout(timer)
    return outcome
  }

  /** Makes a read whose own options limit its time. */
  within<T>(name: string, timeoutMs: number, run: () => Promise<T>): Promise<Outcome<T>> {
    const { mayBeClosed = false } = this.#fields
    return this.watch.call({ name, timeoutMs, isWrite: false, mayBeClosed }, run)
  }

  read<T>(name: string, run: (options: CallOptions) => Promise<T>): Promise<Outcome<T>> {
    return this.call(name, false, run)
  }

  write<T>(name: string, run: (options: CallOptions) => Promise<T>): Promise<Outcome<T>> {
    return this.call(name, true, run)
  }
}
