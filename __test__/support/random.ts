/** Random numbers from a seed: the same ones in each run. */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** From 0 up to but not including 1: mulberry32. */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** From `min` up to but not including `max`. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.#next() * (max - min))
  }

  /** True with a probability of one in `times`. */
  once(times: number): boolean {
    return this.integer(0, times) === 0
  }

  coin(): boolean {
    return this.once(2)
  }

  of<T>(list: readonly T[]): T {
    return list[this.integer(0, list.length)] as T
  }

  /** Draws one of several things, each with a probability proportional to its weight. */
  weighted<T extends { weight: number }>(list: readonly T[]): T {
    let left = this.integer(
      0,
      list.reduce((sum, { weight }) => sum + weight, 0),
    )
    return list.find(({ weight }) => {
      left -= weight
      return left < 0
    }) as T
  }

  /** Another source of numbers, independent of this one from here on. */
  fork(): Random {
    return new Random(this.integer(0, 2 ** 32))
  }
}
