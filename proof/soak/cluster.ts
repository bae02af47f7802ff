import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Command, Done, Ready } from './cluster-process'

/** A local cluster in another process, which stops and freezes its servers on command. */
export class ClusterProcess {
  readonly metaServers: string[]
  readonly replicaServers: string[]
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, { resolve(): void; reject(error: Error): void }>()
  #commands = 0

  private constructor(child: ChildProcess, { metaServers, replicaServers }: Ready) {
    this.#child = child
    this.metaServers = metaServers
    this.replicaServers = replicaServers
    child.on('message', ({ id, error }: Done) => {
      const waiting = this.#waiting.get(id)
      this.#waiting.delete(id)
      if (error === undefined) waiting?.resolve()
      else waiting?.reject(new Error(error))
    })
  }

  static async start(): Promise<ClusterProcess> {
    const child = fork(join(__dirname, 'cluster-process.ts'), { execArgv: ['--import', 'tsx'] })
    const [ready] = (await Promise.race([once(child, 'message'), endedEarly(child)])) as [Ready]
    return new ClusterProcess(child, ready)
  }

  async command(method: Command['method'], address: string): Promise<void> {
    const id = ++this.#commands
    await new Promise<void>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#child.send({ id, method, address } satisfies Command)
    })
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.#child.disconnect()
    await ended
  }
}

async function endedEarly(child: ChildProcess): Promise<never> {
  const [code] = await once(child, 'exit')
  throw new Error(`the process of the cluster ended with exit code ${code}`)
}
