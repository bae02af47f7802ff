import assert from 'node:assert/strict'
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'

export const root = join(__dirname, '..', '..')

type Child = ChildProcessByStdio<Writable, Readable, null>

/** A program that prints a first line when it is ready; its stderr is that of this process. */
export class Program {
  private readonly child: Child
  private readonly exited: Promise<string>
  readonly firstLine: Promise<string>

  constructor(
    program: string,
    args: string[],
    onLine: (line: string) => void,
    onExit: (how: string) => void,
  ) {
    this.child = spawn(program, args, { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] })
    // If the program has ended, its exit code says more than a failed write.
    this.child.stdin.on('error', () => {})
    this.exited = new Promise((resolve) => {
      this.child.once('error', (error) => resolve(error.message))
      // 'close', not 'exit': by then all of its output has been read.
      this.child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`))
    })
    this.exited.then(onExit)
    this.firstLine = new Promise((resolve, reject) => {
      let isReady = false
      createInterface({ input: this.child.stdout }).on('line', (line) => {
        if (isReady) onLine(line)
        isReady = true
        resolve(line)
      })
      this.exited.then((how) => reject(new Error(`${program} was not ready: ${how}`)))
    })
  }

  send(line: string) {
    this.child.stdin.write(`${line}\n`)
  }

  /** Asks it to end and checks its exit code. */
  async end(ask: (child: Child) => void) {
    ask(this.child)
    assert.equal(await this.exited, 'exit code 0')
  }
}
