import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { endsByItself, PRELUDE, runScript } from '../support/child'
import { world } from '../support/cluster'

const w = world()
const ends = (source: string) => endsByItself(source, w.cluster.metaServers[0] as string)

describe('process.exit', () => {
  const floods = {
    '2,000 reads': `for (let n = 0; n < 2000; n++) table.get('k' + n, 's')`,
    '2,000 writes': `for (let n = 0; n < 2000; n++) table.set('k' + n, 's', Buffer.alloc(1000))`,
    '2,000 calls that can be aborted': `
      const { signal } = new AbortController()
      require('node:events').setMaxListeners(0, signal)
      for (let n = 0; n < 2000; n++) table.get('k' + n, 's', { signal })`,
    '200 scans': `for (let n = 0; n < 200; n++) table.getUnorderedScanners(8).forEach((scanner) => scanner.next())`,
    'a close': `for (let n = 0; n < 2000; n++) table.get('k' + n, 's'); client.close()`,
  }
  for (const [what, flood] of Object.entries(floods)) {
    it(`with ${what} in flight ends cleanly`, async () => {
      assert.equal(await ends(`connected().then(({ client, table }) => { ${flood}; process.exit(0) })`), '')
    })

    it(`some milliseconds into ${what} ends cleanly`, async () => {
      await ends(
        `connected().then(({ client, table }) => { ${flood}; setTimeout(() => process.exit(0), 5) })`,
      )
    })
  }

  it('keeps its code', async () => {
    const { code, signal } = await runScript(
      `${PRELUDE} connected().then(({ table }) => { table.get('k', 's'); process.exit(7) })`,
      [w.cluster.metaServers[0] as string],
    )
    assert.deepEqual([code, signal], [7, null])
  })

  it('while connecting, opening a table or starting a cluster ends cleanly', async () => {
    await ends(`PegasusClient.connect({ metaServers }); process.exit(0)`)
    await ends(
      `PegasusClient.connect({ metaServers }).then((client) => { client.openTable('temp'); process.exit(0) })`,
    )
    await ends(`LocalCluster.start(); process.exit(0)`)
  })

  it('in the middle of an answer ends cleanly', async () => {
    await ends(`connected().then(({ table }) => {
      for (let n = 0; n < 1000; n++) table.get('k' + n, 's').then(() => n === 500 && process.exit(0))
    })`)
  })

  it('after an exception that nobody caught, the exception is what ends the process', async () => {
    const { code, signal, stderr } = await runScript(
      `${PRELUDE} connected().then(({ table }) => {
        for (let n = 0; n < 1000; n++) table.get('k' + n, 's')
        setImmediate(() => { throw new Error('mine') })
      })`,
      [w.cluster.metaServers[0] as string],
    )
    assert.deepEqual([code, signal], [1, null])
    assert.match(stderr, /Error: mine/)
  })
})
