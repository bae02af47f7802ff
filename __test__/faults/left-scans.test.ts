import assert from 'node:assert/strict'
import { afterEach, before, describe, it } from 'node:test'
import type { Fault, Scanner, ScanOptions, Table } from 'pegasus-client'
import { world } from '../support/cluster'
import { numberedRows } from '../support/rows'
import { rejection, until } from '../support/wait'

const w = world({ tables: { temp: 4 } })

afterEach(() => w.cluster.healAll())

function noScanIsOpen(): Promise<void> {
  return until('no scan is open', async () => (await w.cluster.openScans()) === 0)
}

const SCANNERS: Record<string, (table: Table, options: ScanOptions) => Scanner> = {
  'of a hash key': (table, options) => table.getScanner('k', '', '', options),
  'of a table': (table, options) => table.getUnorderedScanners(1, options)[0] as Scanner,
}

/** Opens a scan to leave. Its answers are late, so that it can be left while a request is in flight. */
interface Scene {
  scanner: Scanner
  controller: AbortController
  opening: Fault
  following: Fault
}

/** Asks for a batch; returns its outcome as soon as the request has arrived. */
async function ask({ scanner, opening, following }: Scene): Promise<{ end: Promise<unknown> }> {
  const arrived = () => opening.hits + following.hits
  const before = arrived()
  const end = rejection(scanner.nextBatch())
  await until('the request has arrived', () => arrived() > before)
  return { end }
}

/** Ways to leave a scan that has more batches. */
const LEAVE: Record<string, (scene: Scene) => Promise<unknown>> = {
  'a loop that is left in its first batch': async ({ scanner }) => {
    for await (const _ of scanner) break
  },
  'a loop that is left while the next batch is fetched ahead': async ({ scanner, following }) => {
    let rows = 0
    for await (const _ of scanner) if (++rows === 15) break
    await until('the next batch is on its way', () => following.hits === 2)
  },
  'close between two batches': async ({ scanner }) => {
    await scanner.nextBatch()
    await scanner.close()
  },
  'close while the first batch is on its way': async (scene) => {
    const { end } = await ask(scene)
    await scene.scanner.close()
    await end
  },
  'close while a later batch is on its way': async (scene) => {
    await scene.scanner.nextBatch()
    const { end } = await ask(scene)
    await scene.scanner.close()
    await end
  },
  'an abort while the first batch is on its way': async (scene) => {
    const { end } = await ask(scene)
    scene.controller.abort()
    await end
  },
  'an abort while a later batch is on its way': async (scene) => {
    await scene.scanner.nextBatch()
    const { end } = await ask(scene)
    scene.controller.abort()
    await end
  },
  'an abort between two batches': async ({ scanner, controller }) => {
    await scanner.nextBatch()
    controller.abort()
    await rejection(scanner.nextBatch())
  },
}

const late = { delayMs: 50 }

describe('scans', () => {
  before(() => w.table.multiSet('k', numberedRows(100)))

  for (const [what, scannerOf] of Object.entries(SCANNERS)) {
    describe(`${what} leave nothing at their servers after`, () => {
      for (const [how, leave] of Object.entries(LEAVE)) {
        it(how, async () => {
          const opening = w.cluster.addFault({ rpc: 'get_scanner', reaction: late })
          const following = w.cluster.addFault({ rpc: 'scan', reaction: late })
          const controller = new AbortController()
          const scanner = scannerOf(w.table, { batchSize: 10, signal: controller.signal })
          await leave({ scanner, controller, opening, following })
          await noScanIsOpen()
        })
      }
    })
  }

  it('that are not left are open', async () => {
    const scanner = w.table.getScanner('k', '', '', { batchSize: 10 })
    await scanner.next()
    assert.equal(await w.cluster.openScans(), 1)
    await scanner.close()
    await noScanIsOpen()
  })

  it('of a count that is aborted leave nothing at their servers', async () => {
    const opening = w.cluster.addFault({ rpc: 'get_scanner', reaction: late })
    const controller = new AbortController()
    const count = rejection(w.table.count({ batchSize: 10, signal: controller.signal }))
    await until('it has begun', () => opening.hits > 0)
    controller.abort()
    await count
    await noScanIsOpen()
  })
})
