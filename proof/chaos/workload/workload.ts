import { setTimeout as sleep } from 'node:timers/promises'
import type { Table } from 'pegasus-client'
import type { Random } from '../../../__test__/support/random'
import type { Watch } from '../calls/watch'
import type { Content } from '../histories/cell'
import type { History } from '../histories/history'
import { COUNTER_WORK, lookAtAllCounters } from './counters'
import { expiryWork } from './expiry'
import { type ClientTable, visit } from './fleet'
import { GROUP_WORK, lookAtAllGroups } from './groups'
import { lookAtAllRows, ROW_WORK } from './rows'
import { SCAN_WORK } from './scans'
import { useSideTables } from './side-tables'
import type { Work } from './work'
import { Worker } from './worker'

const WORKERS = 15
/** The longest pause of a worker between two operations. */
const THINKS_MS = 12
/** How many calls a visitor starts before it closes its client. */
const VISITOR_CALLS = 6

export interface WorkloadPlan {
  metaServers: string[]
  tableName: string
  watch: Watch
  history: History
  random: Random
  clientTables: readonly ClientTable[]
  /** Objects of other tables, of all clients. */
  sideTables: readonly Table[]
  alter(table: Table): Table
}

/** All workers on the table of a round, and the contents of cells that they have seen. */
export class Workload {
  readonly #plan: WorkloadPlan
  readonly #work: Work[] = [...ROW_WORK, ...GROUP_WORK, ...COUNTER_WORK, ...SCAN_WORK, ...expiryWork()]
  readonly #seen = new Map<string, Content>()

  constructor(plan: WorkloadPlan) {
    this.#plan = plan
  }

  /** Works until the signal, then waits for the calls in flight. */
  async work(signal: AbortSignal): Promise<void> {
    const workers = Array.from({ length: WORKERS }, (_, at) => this.#worker(at))
    const visitor = this.#runVisitors(this.#plan.random.fork(), signal)
    const { sideTables, watch, random } = this.#plan
    const side = useSideTables(sideTables, watch, random.fork(), signal)
    await Promise.all([...workers.map((worker) => this.#runWorker(worker, signal)), visitor, side])
  }

  /** Reads everything once more without faults; acknowledged writes must be there. */
  async lookAtAll(): Promise<void> {
    const worker = this.#worker(0, 'last look')
    await lookAtAllRows(worker)
    await lookAtAllGroups(worker)
    await lookAtAllCounters(worker)
  }

  #worker(at: number, name = `worker ${at}`): Worker {
    const { clientTables, alter, random, watch, history } = this.#plan
    const { client, tables, mayRepeat } = clientTables[at % clientTables.length] as ClientTable
    return new Worker({
      name,
      client,
      tables: tables.map(alter) as [Table, ...Table[]],
      random: random.fork(),
      watch,
      history,
      mayRepeat,
      seen: this.#seen,
      isPatient: name === 'last look',
    })
  }

  async #runWorker(worker: Worker, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await worker.random.weighted(this.#work).run(worker)
      await sleep(worker.random.integer(0, THINKS_MS))
    }
  }

  /** Opens and closes clients one after the other, with calls in flight. */
  async #runVisitors(random: Random, signal: AbortSignal): Promise<void> {
    const { metaServers, tableName, watch, history } = this.#plan
    const work = (table: Table) => {
      const fields = {
        name: 'visitor',
        client: 'its own',
        tables: [table] as const,
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
      await visit(metaServers, tableName, watch, work)
      await sleep(random.integer(0, 200))
    }
  }
}
