import { type LocalCluster, startLocal } from './api/local-cluster'
import { loadAddon } from './crossing/loader'
import { threadCrossing } from './crossing/thread'

const A_DAY_MS = 86_400_000

/** The program `pegasus-local`: runs a local cluster until SIGINT or SIGTERM. Gives the exit code. */
export async function runLocal(args: string[]): Promise<number> {
  const { options, message, exitCode } = loadAddon().parseLocalArguments(args)
  if (options === undefined) {
    const stream = exitCode === 0 ? process.stdout : process.stderr
    stream.write(`${message ?? ''}\n`)
    return exitCode
  }
  // The handlers come first: at no moment can a signal kill a half-started cluster.
  const stopped = firstSignal()
  const cluster = await startLocal(threadCrossing(), options)
  await serve(cluster, stopped)
  return 0
}

async function serve(cluster: LocalCluster, stopped: Promise<void>): Promise<void> {
  const alive = setInterval(() => {}, A_DAY_MS)
  process.stdout.write(`pegasus-local ready, meta servers: ${cluster.metaServers.join(',')}\n`)
  await stopped
  clearInterval(alive)
  await cluster.stop()
}

function firstSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
}
