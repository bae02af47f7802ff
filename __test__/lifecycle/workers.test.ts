import assert from 'node:assert/strict'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { Worker } from 'node:worker_threads'
import { endsByItself } from '../support/child'
import { freshKey, world } from '../support/cluster'

const w = world()

describe('worker threads', () => {
  const FILE = join(__dirname, 'workers', 'client.cjs')
  const start = (work: string, key: string) =>
    new Worker(FILE, { workerData: { metaServers: w.cluster.metaServers, work, key }, execArgv: [] })

  it('can use the client, each its own, while the main thread uses another', async () => {
    const keys = Array.from({ length: 4 }, () => freshKey('worker'))
    const answers = keys.map(async (key) => {
      const worker = start('finish', key)
      const exited = once(worker, 'exit')
      const [answer] = await once(worker, 'message')
      assert.deepEqual(await exited, [0])
      return answer
    })
    const reads = Array.from({ length: 500 }, () => w.table.exist('missing', 's'))
    assert.deepEqual(
      await Promise.all(answers),
      keys.map((key) => `from ${key}`),
    )
    await Promise.all(reads)
  })

  it('end by themselves with a client that nobody closed', async () => {
    const worker = start('forget', freshKey('worker'))
    const exited = once(worker, 'exit')
    assert.deepEqual(await once(worker, 'message'), ['forgotten'])
    assert.deepEqual(await exited, [0])
  })

  it('can be terminated in the middle of their work, 25 in turn, and the process lives', async () => {
    for (let turn = 0; turn < 25; turn++) {
      const worker = start('flood', freshKey('worker'))
      const failed = once(worker, 'error').then(([error]) => Promise.reject(error))
      await Promise.race([once(worker, 'message'), failed])
      failed.catch(() => {})
      assert.equal(await worker.terminate(), 1)
    }
    const key = freshKey()
    await w.table.set(key, 's', 'v')
    assert.equal(String(await w.table.get(key, 's')), 'v')
  })

  it('can be terminated several at once, and before they are ready', async () => {
    const workers = Array.from({ length: 8 }, () => start('flood', freshKey('worker')))
    await once(workers[0] as Worker, 'message')
    const codes = await Promise.all(workers.map((worker) => worker.terminate()))
    // Node returns 0 for a worker whose environment did not exist yet.
    assert.ok(
      codes.every((code) => code === 1 || code === 0),
      `${codes}`,
    )
    assert.equal(codes[0], 1)
    assert.equal(await w.table.exist(freshKey(), 's'), false)
  })

  it('do not stop process.exit, which comes while they work', async () => {
    await endsByItself(
      `
      const { Worker } = require('node:worker_threads')
      const workerData = { metaServers, work: 'flood', key: 'exit' }
      const workers = [1, 2, 3].map(() => new Worker(${JSON.stringify(FILE)}, { workerData }))
      connected().then(async ({ table }) => {
        await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('message', resolve))))
        for (let n = 0; n < 500; n++) table.get('k' + n, 's')
        process.exit(0)
      })`,
      w.cluster.metaServers[0] as string,
    )
  })
})
