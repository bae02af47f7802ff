import assert from 'node:assert/strict'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { endsByItself } from '../support/child'
import { freshKey, world } from '../support/cluster'
import { Draw } from '../support/model-random'

const w = world()
const FILE = join(__dirname, 'workers', 'client.cjs')
const SEED = Number(process.env.PEGASUS_STRESS_SEED ?? Date.now() % 1_000_000)
const draw = new Draw(SEED)

/** Waits until this many messages have arrived. */
async function messages(worker: Worker, count: number): Promise<void> {
  for (let seen = 0; seen < count; seen++) await once(worker, 'message')
}

describe(`workers that end at any moment, seed ${SEED}`, () => {
  const start = (work: string) =>
    new Worker(FILE, {
      workerData: { metaServers: w.cluster.metaServers, work, key: freshKey() },
      execArgv: [],
    })

  /** Ends a worker at a random moment: before its first line, in the middle of its calls, or after them. */
  async function endSomewhere(work: string, moments: number): Promise<void> {
    const worker = start(work)
    const errors: unknown[] = []
    worker.on('error', (error) => errors.push(error))
    const ended = once(worker, 'exit')
    const moment = draw.integer(0, moments)
    if (moment === 1) await once(worker, 'online')
    // A worker that fails sends no more messages.
    if (moment > 1) await Promise.race([messages(worker, moment - 1), ended])
    await sleep(draw.integer(0, 15))
    await worker.terminate()
    assert.deepEqual(errors, [])
    const [code] = await ended
    // The exit code is 0 if the worker had not started.
    assert.ok(code === 1 || (code === 0 && moment === 0), `exit code ${code}`)
  }

  it('50 of them, five at a time, with everything in flight', async () => {
    for (let wave = 0; wave < 10; wave++) {
      await Promise.all(Array.from({ length: 5 }, () => endSomewhere('storm', 5)))
    }
    const key = freshKey()
    await w.table.set(key, 's', 'v')
    assert.equal(String(await w.table.get(key, 's')), 'v')
  })

  it('ten with a local cluster of their own', async () => {
    for (let wave = 0; wave < 5; wave++) {
      await Promise.all([endSomewhere('cluster', 2), endSomewhere('cluster', 2)])
    }
  })

  for (const [ending, how] of Object.entries({
    'process.exit': 'process.exit(0)',
    'their end, and then that of the process': 'Promise.all(workers.map((worker) => worker.terminate()))',
  })) {
    it(`three processes of four, by ${ending}`, async () => {
      for (let process = 0; process < 3; process++) {
        const [count, pause] = [draw.integer(0, 8), draw.integer(0, 20)]
        await endsByItself(
          `
          const { Worker } = require('node:worker_threads')
          const workerData = { metaServers, work: 'storm', key: 'exit' }
          const workers = [1, 2, 3, 4].map(() => new Worker(${JSON.stringify(FILE)}, { workerData }))
          let seen = 0
          const end = () => setTimeout(() => ${how}, ${pause})
          for (const worker of workers) worker.on('message', () => ++seen === ${count} && end())
          if (${count} === 0) end()`,
          w.cluster.metaServers[0] as string,
        )
      }
    })
  }
})
