import { setTimeout as sleep } from 'node:timers/promises'
import { type LocalCluster, PegasusError } from 'pegasus-client'
import type { Random } from '../../../__test__/support/random'
import type { Recovery } from './recovery'
import type { FaultPeriod, Target } from './target'

/** A kind of fault. */
export interface Fault {
  /** How often it is drawn, compared with others. */
  weight: number
  kind: string
  /** Fires the fault and ends it again; false if it was not possible now. */
  fire(nemesis: Nemesis): Promise<boolean>
}

/** How many faults were fired, by kind, and how many answers rules changed. */
export interface Tally {
  faults: Map<string, number>
  answersChanged: number
}

/** Fires one fault after the other until it is stopped, and mends each. */
export class Nemesis {
  readonly target: Target
  readonly random: Random
  readonly #recovery: Recovery
  readonly #tally: Tally
  readonly #signal: AbortSignal
  #kind = ''
  #own: FaultPeriod | undefined

  constructor(target: Target, random: Random, recovery: Recovery, tally: Tally, signal: AbortSignal) {
    this.target = target
    this.random = random
    this.#recovery = recovery
    this.#tally = tally
    this.#signal = signal
  }

  async run(faults: readonly Fault[]): Promise<void> {
    while (!this.#signal.aborted) {
      await this.fire(this.random.weighted(faults))
      await this.rest(this.random.integer(20, 350))
    }
  }

  async fire({ kind, fire }: Fault): Promise<void> {
    this.#kind = kind
    if (await fire(this)) this.#tally.faults.set(kind, (this.#tally.faults.get(kind) ?? 0) + 1)
  }

  get cluster(): LocalCluster {
    return this.target.cluster
  }

  drawPartition(): number {
    return this.random.integer(0, this.target.partitions)
  }

  begin(holdsRequests: boolean): FaultPeriod {
    this.#recovery.disturb()
    this.#own = this.target.begin(this.#kind, holdsRequests)
    return this.#own
  }

  end(period: FaultPeriod): void {
    this.target.end(period)
  }

  /** Starts measuring the recovery of partitions, unless another fault is active. */
  expect(what: string, partitions: readonly number[], from: number): void {
    const isAlone = this.target.ongoing().every((period) => period === this.#own)
    if (isAlone) this.#recovery.expect(what, partitions, from)
  }

  answersChanged(count: number): void {
    this.#tally.answersChanged += count
  }

  /** Works on servers unless another fault works on one of them; false if one does. */
  async alone(servers: readonly string[], work: () => Promise<void>): Promise<boolean> {
    const { busyServers } = this.target
    if (servers.some((server) => busyServers.has(server))) return false
    for (const server of servers) busyServers.add(server)
    await work()
    for (const server of servers) busyServers.delete(server)
    return true
  }

  /** A fault without duration; false if the state of the cluster does not allow it. */
  async moment(work: () => Promise<unknown>, holdsRequests = false): Promise<boolean> {
    const period = this.begin(holdsRequests)
    try {
      await work()
      return true
    } catch (error) {
      if (error instanceof PegasusError && error.code === 'ERR_INVALID_STATE') return false
      throw error
    } finally {
      this.end(period)
    }
  }

  /** Waits until what a rule holds for this long has happened, also beyond the end of the round. */
  async settle(ms: number): Promise<void> {
    await sleep(ms)
  }

  /** Waits, but not beyond the end of the round. */
  async rest(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#signal }).catch((error) => {
      if (!this.#signal.aborted) throw error
    })
  }
}
