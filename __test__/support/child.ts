import assert from 'node:assert/strict'
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** The folder of the package, so that scripts find it by its name. */
const ROOT = join(__dirname, '..', '..')

const KILLED_AFTER_MS = 15_000

export interface Surroundings {
  nodeArgs?: string[]
  env?: NodeJS.ProcessEnv
  /** A command that runs a program: its path and arguments are added. */
  command?: string[]
}

export interface Ended {
  code: number | null
  /** The signal that ended the process, if one did. */
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

/** Starts a CommonJS script in its own Node process; `process.argv[1]` is its first argument. */
export function startScript(
  source: string,
  args: string[] = [],
  { nodeArgs = [], env = process.env, command = [] }: Surroundings = {},
): Script {
  // A variable of the test runner: a child that has it reports to the runner instead of to the test.
  const { NODE_TEST_CONTEXT: _, ...rest } = env
  const [program, ...words] = [...command, process.execPath, ...nodeArgs, '-e', source, ...args] as [
    string,
    ...string[],
  ]
  return new Script(spawn(program, words, { cwd: ROOT, env: rest }))
}

/** Runs a script to its end; kills it if it takes too long. */
export async function runScript(
  source: string,
  args: string[] = [],
  surroundings: Surroundings = {},
): Promise<Ended> {
  const script = startScript(source, args, surroundings)
  const timer = setTimeout(() => script.kill(), KILLED_AFTER_MS)
  const ended = await script.ended
  clearTimeout(timer)
  return ended
}

export class Script {
  readonly ended: Promise<Ended>
  readonly #child: ChildProcessWithoutNullStreams
  #stdout = ''
  #stderr = ''

  constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child
    child.stdout.setEncoding('utf8').on('data', (text) => {
      this.#stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text) => {
      this.#stderr += text
    })
    this.ended = once(child, 'close').then(([code, signal]) => ({
      code,
      signal,
      stdout: this.#stdout,
      stderr: this.#stderr,
    }))
  }

  get stdout(): string {
    return this.#stdout
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  write(text: string): void {
    this.#child.stdin.write(text)
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }
}

/** The first lines of each script; its first argument is a meta server. */
export const PRELUDE = `
  const { PegasusClient, LocalCluster, PegasusError } = require('pegasus-client')
  const metaServers = process.argv[1]
  process.on('unhandledRejection', (error) => { console.log('unhandled', error); process.exitCode = 66 })
  const connected = async (options) => {
    const client = await PegasusClient.connect({ metaServers, ...options })
    return { client, table: await client.openTable('temp') }
  }
`

/** Node and the addon take a moment to start. This limit only finds processes that never end. */
export const ENDS_WITHIN_MS = 6000

/** Runs a script, which must end soon, with exit code 0 and nothing on stderr; returns its output. */
export async function endsByItself(source: string, metaServer: string): Promise<string> {
  const start = performance.now()
  const { stdout, ...ended } = await runScript(PRELUDE + source, [metaServer])
  const took = performance.now() - start
  assert.deepEqual(ended, { code: 0, signal: null, stderr: '' })
  assert.ok(took < ENDS_WITHIN_MS, `${took} ms`)
  return stdout
}
