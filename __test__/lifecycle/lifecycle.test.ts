import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import { ENDS_WITHIN_MS, endsByItself, PRELUDE, runScript, startScript } from '../support/child'
import { world } from '../support/cluster'
import { type ClusterProxy, silentAfterConnect } from '../support/proxy'
import { timed, until } from '../support/wait'

const w = world()
const ends = (source: string, metaServer = w.cluster.metaServers[0]) =>
  endsByItself(source, metaServer as string)

describe('a process ends by itself', () => {
  let silent: ClusterProxy
  before(async () => {
    silent = await silentAfterConnect(w.cluster.metaServers[0] as string)
  })
  after(() => silent?.close())

  it('when it only loaded the package', async () => {
    assert.equal(await ends(''), '')
  })

  it('with a connected client that nobody closed', async () => {
    assert.equal(
      await ends(`PegasusClient.connect({ metaServers }).then(() => console.log('connected'))`),
      'connected\n',
    )
  })

  it('with an open table that was used and then forgotten', async () => {
    const out = await ends(`
      connected().then(async ({ table }) => {
        globalThis.kept = table
        await table.set('forgotten', 's', 'v')
        console.log(String(await table.get('forgotten', 's')))
      })`)
    assert.equal(out, 'v\n')
  })

  it('with a scan that was left half way', async () => {
    await w.table.multiSet(
      'half',
      Array.from({ length: 50 }, (_, at): [string, string] => [`${at}`, 'v']),
    )
    const out = await ends(`
      connected().then(async ({ table }) => {
        globalThis.kept = table.getScanner('half', '', '', { batchSize: 10 })
        console.log((await kept.nextBatch()).length)
      })`)
    assert.equal(out, '10\n')
  })

  it('with a client that has a logger', async () => {
    await ends(`
      const logger = { error() {}, warn() {}, info() {}, debug() {} }
      connected({ logger }).then(({ table }) => { globalThis.kept = table })`)
  })

  it('after close', async () => {
    assert.equal(
      await ends(`connected().then(({ client }) => client.close()).then(() => console.log('closed'))`),
      'closed\n',
    )
  })

  it('after a connection that failed', async () => {
    const out = await ends(
      `PegasusClient.connect({ metaServers: '127.0.0.1:1', timeoutMs: 200 }).catch(({ code }) => console.log(code))`,
    )
    assert.equal(out, 'ERR_NETWORK_FAILURE\n')
  })

  it('after calls that were aborted', async () => {
    const out = await ends(
      `
      PegasusClient.connect({ metaServers }).then(async (client) => {
        globalThis.kept = client
        await client.openTable('temp', { timeoutMs: 100 }).catch(({ code }) => console.log(code))
      })`,
      silent.address,
    )
    assert.equal(out, 'ERR_TIMEOUT\n')
  })

  it('but not while an operation is pending', async () => {
    const out = await ends(
      `
      PegasusClient.connect({ metaServers }).then((client) => {
        const start = performance.now()
        client.openTable('temp', { timeoutMs: 700 }).catch(({ code }) => {
          console.log(code, performance.now() - start >= 690)
        })
      })`,
      silent.address,
    )
    assert.equal(out, 'ERR_TIMEOUT true\n')
  })

  it('and stays as long as it has other things to do', async () => {
    const script = startScript(
      `${PRELUDE}
      connected().then(async ({ table }) => {
        globalThis.kept = table
        process.stdin.once('data', async () => {
          console.log(String(await table.get('stay', 's')))
          process.stdin.destroy()
        })
        console.log('ready')
      })`,
      [w.cluster.metaServers[0] as string],
    )
    await w.table.set('stay', 's', 'still here')
    await until('it waits', () => script.stdout === 'ready\n')
    assert.ok(script.isRunning)
    script.write('go on\n')
    assert.deepEqual(await script.ended, { code: 0, signal: null, stdout: 'ready\nstill here\n', stderr: '' })
  })
})

describe('rejections', () => {
  it('that nobody handles are reported like any other', async () => {
    const { code, stderr } = await runScript(
      `const { PegasusClient } = require('pegasus-client')
      PegasusClient.connect({ metaServers: process.argv[1] }).then(async (client) => { client.openTable('missing') })`,
      [w.cluster.metaServers[0] as string],
    )
    assert.equal(code, 1)
    assert.match(stderr, /ERR_OBJECT_NOT_FOUND/)
  })

  it('come only from what the caller holds: there are no others', async () => {
    const out = await ends(`
      connected({ timeoutMs: 1000 }).then(async ({ client, table }) => {
        const controller = new AbortController()
        const calls = []
        for (let n = 0; n < 100; n++) {
          calls.push(table.get('k' + n, 's', { signal: AbortSignal.any([controller.signal]) }))
          calls.push(table.get(n, 's'), client.openTable('missing'), table.multiSet('', {}))
          const scanner = table.getScanner('k')
          calls.push(scanner.next())
          scanner.close()
        }
        controller.abort(new Error('enough'))
        await Promise.allSettled(calls)
        await client.close()
        await Promise.allSettled([table.get('k', 's'), client.openTable('temp')])
        console.log('settled')
      })`)
    assert.equal(out, 'settled\n')
  })
})

describe('import and require', () => {
  it('give the same classes, so that instanceof holds between them', async () => {
    const out = await ends(`
      import('pegasus-client').then(async (imported) => {
        const required = require('pegasus-client')
        const names = Object.keys(required)
        const others = Object.keys(imported).filter((name) => !names.includes(name))
        console.log(others.filter((name) => name !== 'default' && name !== 'module.exports').join())
        for (const name of names) {
          if (imported[name] !== required[name]) console.log('differs:', name)
        }
        const client = await imported.PegasusClient.connect({ metaServers })
        console.log(client instanceof required.PegasusClient)
        console.log(await client.openTable('missing').catch((error) => error instanceof required.PegasusError))
      })`)
    assert.equal(out, '\ntrue\ntrue\n')
  })

  it('an ES module can import every name', async () => {
    const source = `
      import { FilterType, LocalCluster, PegasusClient, PegasusError, Scanner, Table } from 'pegasus-client'
      console.log([FilterType, LocalCluster, PegasusClient, PegasusError, Scanner, Table].every(Boolean))`
    const ended = await runScript(source, [], { nodeArgs: ['--input-type=module'] })
    assert.deepEqual(ended, { code: 0, signal: null, stdout: 'true\n', stderr: '' })
  })
})

describe('a local cluster that nobody stops', () => {
  let home: string
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'lifecycle-test-'))
  })
  afterEach(() => rm(home, { recursive: true, force: true }))

  /** Runs a script with its own folder for temporary files; returns the files that it left there. */
  async function leftovers(source: string, stdout: string): Promise<string[]> {
    const env = { ...process.env, TMPDIR: home, TEMP: home, TMP: home }
    const took = await timed(async () => {
      const ended = await runScript(
        `const { LocalCluster, PegasusClient } = require('pegasus-client');${source}`,
        [],
        { env },
      )
      assert.deepEqual(ended, { code: 0, signal: null, stdout, stderr: '' })
    })
    assert.ok(took < ENDS_WITHIN_MS, `${took} ms`)
    return readdir(home)
  }
  /** Prints the number of files: 0, because rows are in memory. */
  const COUNT = `console.log(require('node:fs').readdirSync(process.env.TMPDIR).length)`

  it('does not keep its process alive, and its files go with it', async () => {
    const source = `
      LocalCluster.start({ tables: { temp: 8 } }).then(async (cluster) => {
        const client = await PegasusClient.connect({ metaServers: cluster.metaServers })
        const table = await client.openTable('temp')
        await table.set('h', 's', Buffer.alloc(100_000))
        ${COUNT}
      })`
    assert.deepEqual(await leftovers(source, '0\n'), [])
  })

  it('lets process.exit end its process, and its files go with it', async () => {
    const source = `
      LocalCluster.start({ tables: { temp: 8 } }).then(async (cluster) => {
        const client = await PegasusClient.connect({ metaServers: cluster.metaServers })
        const table = await client.openTable('temp')
        for (let n = 0; n < 1000; n++) table.set('h', 's' + n, Buffer.alloc(1000))
        ${COUNT}
        process.exit(0)
      })`
    assert.deepEqual(await leftovers(source, '0\n'), [])
  })

  it('because it is still starting when its process exits, leaves no files', async () => {
    for (const exit of ['process.exit(0)', 'setTimeout(() => process.exit(0), 5)']) {
      assert.deepEqual(await leftovers(`LocalCluster.start({ tables: { temp: 8 } }); ${exit}`, ''), [], exit)
    }
  })

  it('in a worker that is terminated goes with it, files and all', async () => {
    const worker = `
      const { parentPort } = require('node:worker_threads')
      setInterval(() => {}, 1000)
      require('pegasus-client').LocalCluster.start().then(({ metaServers }) => parentPort.postMessage(metaServers))`
    const source = `
      const { Worker } = require('node:worker_threads')
      const worker = new Worker(${JSON.stringify(worker)}, { eval: true })
      worker.once('message', async (metaServers) => {
        ${COUNT}
        await (await PegasusClient.connect({ metaServers })).close()
        await worker.terminate()
        const again = PegasusClient.connect({ metaServers, timeoutMs: 300 })
        await again.then(() => console.log('still there'), ({ code }) => console.log(code))
      })`
    assert.deepEqual(await leftovers(source, '0\nERR_NETWORK_FAILURE\n'), [])
  })

  it('that is stopped leaves nothing either', async () => {
    const source = `LocalCluster.start().then(async (cluster) => { ${COUNT}; await cluster.stop() })`
    assert.deepEqual(await leftovers(source, '0\n'), [])
  })

  it('with a data directory keeps its rows for the next one', async () => {
    const dataDir = join(home, 'data')
    const script = (work: string) => `
      LocalCluster.start({ dataDir: ${JSON.stringify(dataDir)}, tables: { temp: 4 } }).then(async (cluster) => {
        const client = await PegasusClient.connect({ metaServers: cluster.metaServers })
        const table = await client.openTable('temp')
        ${work}
        await client.close()
        await cluster.stop()
      })`
    assert.deepEqual(await leftovers(script(`await table.set('h', 's', 'kept')`), ''), ['data'])
    await leftovers(
      script(`console.log(String(await table.get('h', 's')), table.partitionCount)`),
      'kept 4\n',
    )
  })
})
