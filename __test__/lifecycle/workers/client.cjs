// Runs as a worker thread: uses the client as `workerData.work` says, and reports each step to its parent.
const { parentPort, workerData } = require('node:worker_threads')
const { LocalCluster, PegasusClient } = require('pegasus-client')

const { metaServers, work, key } = workerData

/** Everything that can be in flight at once: rows, scans, aborts, batches, admin, openings, closings, log lines. */
async function storm() {
  const logger = { error() {}, warn() {}, info() {}, debug() {} }
  const client = await PegasusClient.connect({ metaServers, logger })
  const table = await client.openTable('temp')
  const rows = Array.from({ length: 20 }, (_, at) => [`${key}-${at}`, 's', Buffer.alloc(5000)])
  const lanes = [
    () => table.set(key, 's', Buffer.alloc(100_000)),
    () => table.get(key, 's'),
    () => table.multiGet(key, null),
    () => table.batchSet(rows),
    () => table.batchGet(rows.map(([hashKey, sortKey]) => [hashKey, sortKey])),
    () => table.count({ onProgress() {} }),
    () => Promise.all(table.getUnorderedScanners(4).map((scanner) => scanner.nextBatch())),
    () => table.get(key, 's', { signal: AbortSignal.timeout(1) }),
    () => table.get(key, 's', { timeoutMs: 1 }),
    () => client.openTable('temp'),
    () => client.openTable('missing'),
    () => client.admin.listTables(),
    async () => (await PegasusClient.connect({ metaServers, logger })).close(),
  ]
  let done = 0
  const repeat = async (call) => {
    for (;;) {
      await call().catch(() => {})
      // The parent counts messages.
      if (++done % 50 === 0) parentPort.postMessage(done)
    }
  }
  for (const call of lanes) for (let copy = 0; copy < 3; copy++) repeat(call)
}

async function cluster() {
  const own = await LocalCluster.start({ tables: { temp: 4 } })
  const client = await PegasusClient.connect({ metaServers: own.metaServers })
  const table = await client.openTable('temp')
  parentPort.postMessage('started')
  for (;;) await table.set(key, 's', Buffer.alloc(1000))
}

async function main() {
  if (work === 'storm') return storm()
  if (work === 'cluster') return cluster()
  const client = await PegasusClient.connect({ metaServers, timeoutMs: 60_000 })
  const table = await client.openTable('temp')
  if (work === 'finish') {
    await table.set(key, 's', `from ${key}`)
    parentPort.postMessage(String(await table.get(key, 's')))
    await client.close()
  }
  if (work === 'forget') {
    await table.set(key, 's', `from ${key}`)
    parentPort.postMessage('forgotten')
  }
  if (work === 'flood') {
    const controller = new AbortController()
    const flood = async (lane) => {
      for (let number = 0; ; number++) {
        await table.set(key, `${lane}-${number}`, Buffer.alloc(1000))
        for await (const _ of table.getScanner(key, '', '', { batchSize: 10 })) break
        await table.get(key, 'missing', { signal: controller.signal })
      }
    }
    for (let lane = 0; lane < 50; lane++) flood(lane)
    await table.get(key, 'missing')
    parentPort.postMessage('flooding')
  }
}

main()
