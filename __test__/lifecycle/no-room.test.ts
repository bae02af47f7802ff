import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { Script } from '../support/child'
import { until } from '../support/wait'

const ROOT = join(__dirname, '..', '..')
const IS_POSIX = process.platform !== 'win32'

/** Each call is tried with one more file descriptor than the one before; then all of them are free. */
const FULL = `
  const { openSync, closeSync } = require('node:fs')
  const { PegasusClient, LocalCluster, PegasusError } = require('pegasus-client')
  const { threadCrossing } = require('./dist/crossing/thread')
  const start = () => LocalCluster.start({ tables: { temp: 1 } }).then((cluster) => cluster.stop())
  const connect = () => PegasusClient.connect({ metaServers: '127.0.0.1:1', timeoutMs: 200 })
  const calls = { start, connect }
  async function outcome(name) {
    try {
      await calls[name]()
      return 'ok'
    } catch (error) {
      return error instanceof PegasusError ? error.code + (error.retryable ? ' retryable' : '') : String(error)
    }
  }
  async function work(name, steps) {
    threadCrossing() // Loads the addon, which takes a descriptor for a moment.
    const held = []
    try {
      for (;;) held.push(openSync('/dev/null'))
    } catch (error) {
      if (error.code !== 'EMFILE') throw error
    }
    const outcomes = []
    for (let step = 0; step < steps; step++) {
      outcomes.push(await outcome(name))
      closeSync(held.pop())
    }
    held.forEach((file) => closeSync(file))
    const cluster = await LocalCluster.start({ tables: { temp: 1 } })
    const client = await PegasusClient.connect({ metaServers: cluster.metaServers })
    const table = await client.openTable('temp')
    await table.set('k', 's', 'v')
    const value = String(await table.get('k', 's'))
    await client.close()
    await cluster.stop()
    return { outcomes, value }
  }
`

interface Worked {
  outcomes: string[]
  value: string
}

/** Runs `FULL` and the source in a process with few file descriptors. */
async function runFull(source: string): Promise<Worked> {
  const shell = 'ulimit -n 72 && exec "$0" -e "$1"'
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const script = new Script(spawn('sh', ['-c', shell, process.execPath, FULL + source], { cwd: ROOT, env }))
  const { stdout, ...ended } = await script.ended
  assert.deepEqual(ended, { code: 0, signal: null, stderr: '' }, stdout)
  return JSON.parse(stdout)
}

/** The first calls lack what they need; each is refused alone, with a code. */
function assertRefused({ outcomes, value }: Worked, others: RegExp): void {
  assert.equal(outcomes[0], 'ERR_OUT_OF_RESOURCES retryable')
  for (const outcome of outcomes) assert.match(outcome, others)
  assert.equal(value, 'v')
}

describe('at the limit of file descriptors', { skip: !IS_POSIX && 'there is no such limit' }, () => {
  it('each connect is refused with a code, and a later one succeeds', async () => {
    const worked = await runFull(`work('connect', 10).then((worked) => console.log(JSON.stringify(worked)))`)
    assertRefused(worked, /^ERR_(OUT_OF_RESOURCES|NETWORK_FAILURE|TIMEOUT) retryable$/)
  })

  it('each start of a local cluster is refused with a code, and a later one succeeds', async () => {
    const worked = await runFull(`work('start', 30).then((worked) => console.log(JSON.stringify(worked)))`)
    assertRefused(worked, /^(ok|ERR_[A-Z_]+( retryable)?)$/)
    assert.ok(!worked.outcomes.some((outcome) => outcome.includes('ERR_INTERNAL')), `${worked.outcomes}`)
  })

  it('the calls of a worker are refused with a code, and later ones succeed', async () => {
    const worked = await runFull(`
      const { Worker, isMainThread, parentPort } = require('node:worker_threads')
      const source = ${JSON.stringify(FULL)} +
        "require('node:worker_threads').parentPort.on('message', () => {}).once('message', () => " +
        "work('connect', 10).then((worked) => { parentPort.postMessage(worked); parentPort.close() }))"
      const worker = new Worker('const { parentPort } = require("node:worker_threads");' + source, { eval: true })
      worker.on('message', (worked) => console.log(JSON.stringify(worked)))
      worker.on('online', () => worker.postMessage('go'))
    `)
    assertRefused(worked, /^ERR_(OUT_OF_RESOURCES|NETWORK_FAILURE|TIMEOUT) retryable$/)
  })
})

/** Waits for a line before each call, and writes the outcome of the call. */
const STEP_BY_STEP = `${FULL}
  threadCrossing()
  console.log('ready')
  let calls_ = Promise.resolve()
  require('node:readline').createInterface({ input: process.stdin }).on('line', (name) => {
    calls_ = calls_.then(async () => console.log(name, await outcome(name)))
  })
`

/** Who is not root is bound by the limit of threads. */
const NOBODY = 65534
const isRoot = process.getuid?.() === 0
const canLimit = existsSync('/usr/bin/prlimit') || existsSync('/bin/prlimit')

describe('where no thread can start', { skip: !canLimit && 'there is no prlimit' }, () => {
  it('each call is refused with a code, and a later one succeeds', async () => {
    const { NODE_TEST_CONTEXT: _, ...env } = process.env
    const identity = isRoot ? { uid: NOBODY, gid: NOBODY } : {}
    const child = spawn(process.execPath, ['-e', STEP_BY_STEP], { cwd: ROOT, env, ...identity })
    const script = new Script(child)
    const limit = (threads: string) => {
      // As the user of the child, who alone may change it.
      const { status, stderr } = spawnSync(
        'prlimit',
        [`--nproc=${threads}:`, '--pid', `${child.pid}`],
        identity,
      )
      assert.equal(status, 0, `${stderr}`)
    }
    const { soft } = nprocOf(process.pid)
    try {
      await until('it is ready', () => script.stdout.includes('ready'))
      limit('1')
      script.write('connect\nstart\n')
      await until('both are refused', () => script.stdout.split('\n').length > 3)
      limit(soft)
      script.write('start\nconnect\n')
      await until('both are done', () => script.stdout.split('\n').length > 5)
    } finally {
      child.stdin.end()
    }
    const { stdout, ...ended } = await script.ended
    assert.deepEqual(ended, { code: 0, signal: null, stderr: '' })
    assert.deepEqual(stdout.trim().split('\n'), [
      'ready',
      'connect ERR_OUT_OF_RESOURCES retryable',
      'start ERR_OUT_OF_RESOURCES retryable',
      'start ok',
      'connect ERR_NETWORK_FAILURE retryable',
    ])
  })
})

/** The limit of threads of a process. */
function nprocOf(pid: number): { soft: string } {
  const { stdout } = spawnSync('prlimit', [
    '--nproc',
    '--raw',
    '--noheadings',
    '--output',
    'SOFT',
    '--pid',
    `${pid}`,
  ])
  return { soft: `${stdout}`.trim() }
}
