/** Runs overlapping calls one after the other, in the order they came. A call that fails does not stop the next one. */
export class SerialQueue {
  #pending = 0
  #last: Promise<void> = Promise.resolve()

  /** True when no call runs or waits. */
  get isIdle(): boolean {
    return this.#pending === 0
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#last
    let done = () => {}
    this.#last = new Promise((resolve) => {
      done = resolve
    })
    this.#pending++
    await before
    try {
      return await work()
    } finally {
      this.#pending--
      done()
    }
  }
}
