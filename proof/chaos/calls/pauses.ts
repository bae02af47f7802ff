import type { LocalCluster } from 'pegasus-client'

const EVERY_MS = 5
/** A probe that is late by less than this is not counted. */
const COUNTS_FROM_MS = 15

interface Pause {
  from: number
  until: number
}

/**
 * Records when this process stood still: its JavaScript thread (a timer fired late) or the thread of its clients and
 * servers (a call to the cluster that needs no socket was answered late). Pauses are subtracted when a missed deadline
 * is judged: the machine may be busy, but the client must not be late.
 */
export class Pauses {
  readonly #pauses: Pause[] = []
  readonly #timer: NodeJS.Timeout
  /** Settles when all probes so far are answered. */
  #answered = Promise.resolve()
  #last = performance.now()
  #longestMs = 0

  constructor(cluster: LocalCluster) {
    this.#timer = setInterval(() => {
      const now = performance.now()
      this.#note(this.#last, now)
      this.#last = now
      const asked = cluster.metaLeader().then(() => this.#note(now, performance.now()))
      this.#answered = this.#answered.then(() => asked)
    }, EVERY_MS)
  }

  #note(from: number, until: number): void {
    if (until - from < COUNTS_FROM_MS) return
    this.#longestMs = Math.max(this.#longestMs, until - from)
    this.#pauses.push({ from, until })
  }

  get longestMs(): number {
    return this.#longestMs
  }

  /** How long one of the threads stood still between two moments, in milliseconds. Overlapping pauses count once. */
  within(from: number, until: number): number {
    let total = 0
    let covered = from
    for (const pause of this.#pauses.toSorted((a, b) => a.from - b.from)) {
      const start = Math.max(pause.from, covered)
      const end = Math.min(pause.until, until)
      if (end <= start) continue
      total += end - start
      covered = end
    }
    return total
  }

  /** Runs work that blocks the JavaScript thread while no call is in flight, and does not count it as a pause. */
  except(work: () => void): void {
    work()
    this.#last = performance.now()
  }

  /** Drops recorded pauses, so that long runs stay small. */
  forget(): void {
    this.#pauses.length = 0
  }

  /** Stops probing and waits for the last answer. After that the cluster can be stopped. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#answered
  }
}
