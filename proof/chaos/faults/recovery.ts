import { setTimeout as sleep } from 'node:timers/promises'

const PAUSE_MS = 5

/** In place of a partition: the cluster, for a client that does not know it yet. */
export const NEW_CLIENT = -1

/** A read of one partition through one client, or a client that connects. */
export interface Probe {
  /** The partition and the client, in words. */
  place: string
  /** The partition, or {@link NEW_CLIENT}. */
  partition: number
  read(): Promise<unknown>
}

export interface Time {
  tookMs: number
  place: string
}

/**
 * Measures how long a client needs until a partition serves it again. The time starts when the partition can be
 * served: its server is healed, or the cluster has replaced it. From then on a read is repeated until it succeeds. A
 * measurement that the next fault disturbs is dropped.
 */
export class Recovery {
  readonly times = new Map<string, Time[]>()
  disturbed = 0
  #probes: readonly Probe[] = []
  #waiting = new Set<Probe>()

  /** Sets the probes: one for each client and partition of the present table. */
  use(probes: readonly Probe[]): void {
    this.disturb()
    this.#probes = probes
  }

  /** Starts measuring: these partitions can be served from this moment on, which may lie in the future. */
  expect(what: string, partitions: readonly number[], from: number): void {
    for (const probe of this.#probes.filter(({ partition }) => partitions.includes(partition))) {
      this.#waiting.add(probe)
      void this.#measure(what, probe, this.#waiting, from)
    }
  }

  /** A new fault begins: drops all measurements that have not ended. */
  disturb(): void {
    this.disturbed += this.#waiting.size
    this.end()
  }

  /** Ends all measurements. */
  end(): void {
    this.#waiting = new Set()
  }

  /** Waits until all probes are served, at most this long; returns the places that are not. */
  async complete(withinMs: number): Promise<string[]> {
    const deadline = performance.now() + withinMs
    while (this.#waiting.size > 0 && performance.now() < deadline) await sleep(PAUSE_MS)
    return [...this.#waiting].map(({ place }) => place)
  }

  async #measure(what: string, probe: Probe, waiting: Set<Probe>, from: number): Promise<void> {
    await sleep(Math.max(0, from - performance.now()))
    // Two faults that end together may measure the same probe. The first to see it served ends both.
    while (waiting === this.#waiting && waiting.has(probe)) {
      const isServed = await probe.read().then(
        () => true,
        () => false,
      )
      const now = performance.now()
      if (isServed && waiting === this.#waiting && waiting.delete(probe)) {
        this.#note(what, { tookMs: now - from, place: probe.place })
        return
      }
      await sleep(PAUSE_MS)
    }
  }

  #note(what: string, time: Time): void {
    const times = this.times.get(what) ?? []
    this.times.set(what, times)
    times.push(time)
  }
}
