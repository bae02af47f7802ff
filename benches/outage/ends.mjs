// A program that has asked a silent name server and ends. Arguments: the folder of the package, a name, and `process`
// (it fails to connect and has nothing more to do) or `worker` (a worker that connects is terminated meanwhile).
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { now } from '../scripted/server.mjs'

const [packageFolder, host, how] = process.argv.slice(2)
/** Long enough for the look-up to have begun. */
const BEGUN_MS = 300

const options = { metaServers: `${host}:34601`, timeoutMs: 500 }

async function processEnds() {
  const { PegasusClient } = createRequire(import.meta.url)(packageFolder)
  try {
    await PegasusClient.connect(options)
  } catch {
    return { startedAt: now() }
  }
  throw new Error('a silent name server has answered')
}

async function workerEnds() {
  const code = `require(${JSON.stringify(packageFolder)}).PegasusClient.connect(${JSON.stringify({ ...options, timeoutMs: 60_000 })})`
  const worker = new Worker(code, { eval: true })
  await new Promise((resolve) => worker.once('online', resolve))
  await sleep(BEGUN_MS)
  const startedAt = now()
  await worker.terminate()
  return { ms: now() - startedAt }
}

const measured = await (how === 'worker' ? workerEnds() : processEnds())
process.stdout.write(JSON.stringify(measured))
