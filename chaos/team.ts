import { setTimeout as sleep } from 'node:timers/promises'
import type { Table } from 'pegasus-client'
import type { Random } from '../__test__/support/random'
import type { Content } from './cell'
import { COUNTER_WORK, lookAtAllCounters } from './counters'
import { expiryWork } from './expiry'
import { type Seat, visit } from './fleet'
import type { Ground } from './ground'
import { GROUP_WORK, lookAtAllGroups } from './groups'
import type { History } from './history'
import { lookAtAllRows, ROW_WORK, type Work } from './rows'
import { SCAN_WORK } from './scans'
import type { Watch } from './watch'
import { Worker } from './worker'

const WORKERS = 15
/** A worker pauses up to so long between two operations. */
const THINKS_MS = 12
/** What a visitor begins before it closes its client. */
const VISITOR_CALLS = 6

export interface TeamPlan {
  ground: Ground
  watch: Watch
  history: History
  random: Random
  seats: readonly Seat[]
  alter(table: Table): Table
}

/** All who work on the table of a round, and what they know of it together. */
export class Team {
  readonly #plan: TeamPlan
  readonly #work: Work[] = [...ROW_WORK, ...GROUP_WORK, ...COUNTER_WORK, ...SCAN_WORK, ...expiryWork()]
  readonly #seen = new Map<string, Content>()

  constructor(plan: TeamPlan) {
    this.#plan = plan
  }

  /** Works until the signal, and until what had begun by then has ended. */
  async work(signal: AbortSignal): Promise<void> {
    const workers = Array.from({ length: WORKERS }, (_, at) => this.#worker(at))
    const visitor = this.#visits(this.#plan.random.fork(), signal)
    await Promise.all([...workers.map((worker) => this.#labour(worker, signal)), visitor])
  }

  /** Reads everything once more, now that nothing is broken: what was acknowledged is there. */
  async lookAtAll(): Promise<void> {
    const worker = this.#worker(0, 'last look')
    await lookAtAllRows(worker)
    await lookAtAllGroups(worker)
    await lookAtAllCounters(worker)
  }

  #worker(at: number, name = `worker ${at}`): Worker {
    const { seats, alter, random, watch, history } = this.#plan
    const { client, table, mayRepeat } = seats[at % seats.length] as Seat
    return new Worker({
      name,
      client,
      table: alter(table),
      random: random.fork(),
      watch,
      history,
      mayRepeat,
      seen: this.#seen,
      isPatient: name === 'last look',
    })
  }

  async #labour(worker: Worker, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await worker.random.weighted(this.#work).run(worker)
      await sleep(worker.random.integer(0, THINKS_MS))
    }
  }

  /** Opens and closes clients of their own, with work on its way. */
  async #visits(random: Random, signal: AbortSignal): Promise<void> {
    const { ground, watch, history } = this.#plan
    const work = (table: Table) => {
      const fields = {
        name: 'visitor',
        client: 'its own',
        table,
        watch,
        history,
        mayRepeat: true,
        seen: this.#seen,
      }
      const worker = new Worker({ ...fields, random: random.fork(), mayBeClosed: true })
      const calls = Array.from({ length: VISITOR_CALLS }, () => random.weighted(this.#work).run(worker))
      return Promise.all(calls)
    }
    while (!signal.aborted) {
      await visit(ground.cluster, ground.table, watch, work)
      await sleep(random.integer(0, 200))
    }
  }
}
