import { setTimeout as sleep } from 'node:timers/promises'

const PAUSE_MS = 5

/** A read of a client in a partition. */
export interface Probe {
  /** What it reads and through which client, in words. */
  place: string
  partition: number
  read(): Promise<unknown>
}

export interface Time {
  tookMs: number
  place: string
}

/**
 * How long it takes until a client is served by a partition again after it could be: after its server was healed, or
 * after the cluster put another one in its place. At that moment a read begins, and is repeated while it fails. What
 * the next fault disturbs is not counted.
 */
export class Recovery {
  readonly times = new Map<string, Time[]>()
  disturbed = 0
  #probes: readonly Probe[] = []
  #waiting = new Set<Probe>()

  /** One for each client and partition of the table that is worked on now. */
  use(probes: readonly Probe[]): void {
    this.disturb()
    this.#probes = probes
  }

  /** From this moment on, which may be still to come, these partitions can be served. */
  expect(what: string, partitions: readonly number[], from: number): void {
    for (const probe of this.#probes.filter(({ partition }) => partitions.includes(partition))) {
      this.#waiting.add(probe)
      void this.#measure(what, probe, this.#waiting, from)
    }
  }

  /** Something is broken again: what has not recovered by now says nothing. */
  disturb(): void {
    this.disturbed += this.#waiting.size
    this.end()
  }

  /** Nothing is waited for any more. */
  end(): void {
    this.#waiting = new Set()
  }

  /** Waits until all is served again, but not for ever; gives what is not. */
  async complete(withinMs: number): Promise<string[]> {
    const deadline = performance.now() + withinMs
    while (this.#waiting.size > 0 && performance.now() < deadline) await sleep(PAUSE_MS)
    return [...this.#waiting].map(({ place }) => place)
  }

  async #measure(what: string, probe: Probe, waiting: Set<Probe>, from: number): Promise<void> {
    await sleep(Math.max(0, from - performance.now()))
    // Two faults that end together expect the same probe: who of the two saw it served first has said so.
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
