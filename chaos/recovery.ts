interface Wait {
  from: number
  what: string
}

/**
 * How long it takes until a partition is served again after it could be: after its server was healed, or after the
 * cluster put another one in its place. What is disturbed by the next trouble is not counted.
 */
export class Recovery {
  readonly #waits = new Map<number, Wait>()
  readonly timesMs = new Map<string, number[]>()
  disturbed = 0

  /** From now on, or from a moment that is still to come, these partitions can be served. */
  expect(what: string, partitions: readonly number[], from: number): void {
    for (const partition of partitions) this.#waits.set(partition, { from, what })
  }

  /** Something is broken again: what has not recovered by now says nothing. */
  disturb(): void {
    this.disturbed += this.#waits.size
    this.#waits.clear()
  }

  /** An operation in a partition was answered. */
  succeeded(partition: number, answered: number): void {
    const wait = this.#waits.get(partition)
    if (wait === undefined || answered < wait.from) return
    this.#waits.delete(partition)
    const times = this.timesMs.get(wait.what) ?? []
    this.timesMs.set(wait.what, times)
    times.push(answered - wait.from)
  }
}
