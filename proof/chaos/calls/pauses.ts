import type { LocalCluster } from 'pegasus-client'

const EVERY_MS = 5
/** Shorter delays of a probe are no pause. */
const COUNTS_FROM_MS = 15

interface Pause {
  from: number
  until: number
}

/**
 * When this process stood still: its JavaScript thread (a timer came late) or the thread of its clients and servers
 * (a question to the cluster, which needs no socket, was answered late). What a deadline was missed by is judged
 * without them: this machine may be busy, the client must not be late.
 */
export class Pauses {
  readonly #pauses: Pause[] = []
  readonly #timer: NodeJS.Timeout
  /** Once all questions so far have their answers. */
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

  /** For how much of the time between two moments one of the threads stood still, in milliseconds. */
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

  /** Work that holds the JavaScript thread while nothing is on its way is no pause. */
  except(work: () => void): void {
    work()
    this.#last = performance.now()
  }

  /** Forgets what is over, so that long runs stay small. */
  forget(): void {
    this.#pauses.length = 0
  }

  /** Asks no more, and waits for the last answer: the cluster can be stopped then. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#answered
  }
}
