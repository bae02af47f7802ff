// A peer: a process that carries out commands, one line of JSON each.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

export class Peer {
  #child
  #lines
  #exited

  constructor({ title, program, args }) {
    this.title = title
    this.#child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#exited = once(this.#child, 'close')
    // The end of its output shows that the program has ended.
    this.#child.stdin.on('error', () => {})
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
  }

  get pid() {
    return this.#child.pid
  }

  static async start(how) {
    const peer = new Peer(how)
    await peer.#read()
    return peer
  }

  async ask(command, fields = {}) {
    this.#child.stdin.write(`${JSON.stringify({ command, ...fields })}\n`)
    const { result, error } = await this.#read()
    if (error !== undefined) throw new Error(`${this.title}, ${command}: ${error}`)
    return result
  }

  async end() {
    this.#child.stdin.end()
    await this.#exited
  }

  /** Ends the process at once, unless it has ended. */
  async kill() {
    this.#child.kill('SIGKILL')
    await this.#exited
  }

  async #read() {
    const { value, done } = await this.#lines.next()
    if (!done) return JSON.parse(value)
    const [code, signal] = await this.#exited
    throw new Error(`${this.title} ended with ${signal ?? code}`)
  }
}
