/** Lets overlapping calls run one after the other, in the order they came. One that fails does not stop the next. */
export class Turns {
  #waiting = 0
  #last: Promise<void> = Promise.resolve()

  /** Nobody runs and nobody waits. */
  get free(): boolean {
    return this.#waiting === 0
  }

  async take<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#last
    let done = () => {}
    this.#last = new Promise((resolve) => {
      done = resolve
    })
    this.#waiting++
    await before
    try {
      return await work()
    } finally {
      this.#waiting--
      done()
    }
  }
}
