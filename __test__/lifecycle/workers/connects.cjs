// A worker that connects, and says why it could not.
const { parentPort, workerData } = require('node:worker_threads')
const { PegasusClient } = require('pegasus-client')

PegasusClient.connect(workerData).then(
  () => parentPort.postMessage('connected'),
  (error) => parentPort.postMessage(`${error.code} ${error.message}`),
)
