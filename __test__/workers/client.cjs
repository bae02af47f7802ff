// Run as a worker thread: uses the client as `workerData.work` says and tells its parent when it does.
const { parentPort, workerData } = require('node:worker_threads')
const { PegasusClient } = require('pegasus-client')

const { metaServers, work, key } = workerData

async function main() {
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
