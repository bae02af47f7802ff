const WIDTH = 40

/** A progress bar on a terminal. It prints nothing elsewhere, so that logs stay readable. */
export class ProgressBar {
  #done = 0
  #shown = ''

  constructor(title, total, stream = process.stderr) {
    this.title = title
    this.total = total
    this.stream = stream
  }

  advance() {
    this.#done++
    if (!this.stream.isTTY) return
    const filled = Math.floor((WIDTH * this.#done) / this.total)
    const percent = Math.floor((100 * this.#done) / this.total)
    const line = `${this.title} ${'█'.repeat(filled).padEnd(WIDTH, '░')} ${percent} %`
    if (line === this.#shown) return
    this.#shown = line
    this.stream.write(`\r${line}`)
  }

  /** Removes the bar. */
  end() {
    if (this.#shown !== '') this.stream.write(`\r${' '.repeat(this.#shown.length)}\r`)
  }
}
