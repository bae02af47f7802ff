// The end of a process or worker waits for no look-up. The name server is silent, and a look-up asks it for longer than
// a script may run here: one that waited for it would be killed. All of that is in a namespace, so it takes Linux and
// the rights of root.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { asksNameServer } from '../../scripts/network/name-server.mjs'
import { TAKES, withNamespace } from '../../scripts/network/namespace.mjs'
import { runScript } from '../support/child'

const NAME_SERVER = join(__dirname, '..', '..', 'scripts', 'network', 'name-server.mjs')
const WORKER = join(__dirname, 'workers', 'connects.cjs')

/** How long a look-up waits for an answer, twice; a script may run for 15 s. */
const ASKS_FOR_S = 30

/** `nameServer` is silent; `failsToConnect()` waits until connecting has failed, and says how. */
const PRELUDE = `
  const { once } = require('node:events')
  const { Worker } = require('node:worker_threads')
  const { PegasusClient } = require('pegasus-client')
  const say = (...words) => console.log(...words)
  const options = (timeoutMs) => ({ metaServers: 'meta.test:34601', timeoutMs, connectTimeoutMs: 100 })
  const startWorker = (timeoutMs) => new Worker(${JSON.stringify(WORKER)}, { workerData: options(timeoutMs) })
  const failsToConnect = async () => {
    const error = await PegasusClient.connect(options(1000)).catch((error) => error)
    say(error.code, error.message)
  }
  const main = async (story) => {
    const { NameServer } = await import(${JSON.stringify(NAME_SERVER)})
    const nameServer = await NameServer.start(undefined)
    await story(nameServer)
    say('look-ups:', nameServer.lookUps)
  }
`

/** Runs a story in a process, and returns what it said before it ended by itself. */
async function said(t: TestContext, story: string): Promise<string[] | undefined> {
  const differences = asksNameServer({ options: `options timeout:${ASKS_FOR_S}` })
  const run = (command: string[]) => runScript(`${PRELUDE} main(${story})`, [], { command })
  const ended = await withNamespace(differences, run)
  if (ended === undefined) {
    t.skip(TAKES)
    return undefined
  }
  const { stdout, ...how } = ended
  assert.deepEqual(how, { code: 0, signal: null, stderr: '' }, stdout)
  return stdout.trimEnd().split('\n')
}

const WAS_THE_LOOK_UP =
  /^ERR_NETWORK_FAILURE .*cannot connect to meta\.test:34601: the look-up of meta\.test has taken \d+\.\d s so far/

describe('a name server that never answers', () => {
  it('lets a process end that failed to connect, and the error says that it was the look-up', async (t) => {
    const lines = await said(t, 'failsToConnect')
    if (lines === undefined) return
    assert.match(lines[0] as string, WAS_THE_LOOK_UP)
    assert.deepEqual(lines.slice(1), ['look-ups: 1'])
  })

  it('lets process.exit end a process that is connecting', async (t) => {
    const lines = await said(
      t,
      `async (nameServer) => {
        PegasusClient.connect(options(60_000))
        await nameServer.asked()
        say('asked')
        process.exit(0)
      }`,
    )
    if (lines === undefined) return
    assert.deepEqual(lines, ['asked'])
  })

  it('lets a worker be terminated that is connecting, and the process end after it', async (t) => {
    const lines = await said(
      t,
      `async (nameServer) => {
        const worker = startWorker(60_000)
        await nameServer.asked()
        say('terminated with', await worker.terminate())
      }`,
    )
    if (lines === undefined) return
    assert.deepEqual(lines, ['terminated with 1', 'look-ups: 1'])
  })

  it('lets a worker end that failed to connect', async (t) => {
    const lines = await said(
      t,
      `async () => {
        const worker = startWorker(1000)
        const exited = once(worker, 'exit')
        say(...(await once(worker, 'message')))
        say('exited with', ...(await exited))
      }`,
    )
    if (lines === undefined) return
    assert.match(lines[0] as string, WAS_THE_LOOK_UP)
    assert.deepEqual(lines.slice(1), ['exited with 0', 'look-ups: 1'])
  })
})
