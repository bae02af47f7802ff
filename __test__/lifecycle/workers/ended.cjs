// Ends workers in the middle of their work, then ends in order. Memory that is still allocated then has leaked.
// For `npm run sanitize`.
const { once } = require('node:events')
const { join } = require('node:path')
const { Worker } = require('node:worker_threads')
const { LocalCluster } = require('pegasus-client')

async function main() {
  const cluster = await LocalCluster.start({ tables: { temp: 8 } })
  for (const work of ['flood', 'storm', 'cluster', 'forget', 'finish']) {
    for (let turn = 0; turn < 4; turn++) {
      const workerData = { metaServers: cluster.metaServers, work, key: `${work}-${turn}` }
      const worker = new Worker(join(__dirname, 'client.cjs'), { workerData, execArgv: [] })
      await once(worker, 'message')
      await worker.terminate()
    }
  }
  await cluster.stop()
}

main()
