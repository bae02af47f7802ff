import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { platformTriple } from '../../lib/crossing/loader'
import { runScript } from '../support/child'
import { world } from '../support/cluster'

const ADDON = join(__dirname, '..', '..', `pegasus-client.${platformTriple()}.node`)

const w = world()

// Numbers of the ELF format.
const PT_DYNAMIC = 2
const DT_FLAGS_1 = 0x6fff_fffb
const DF_1_NODELETE = 8

/** The flags that the dynamic section of a 64-bit, little-endian ELF file has for the loader. */
function loaderFlags(file: Buffer): number {
  assert.equal(file.toString('latin1', 0, 6), '\x7fELF\x02\x01')
  const number = (at: number) => Number(file.readBigUInt64LE(at))
  const [start, size, count] = [number(32), file.readUInt16LE(54), file.readUInt16LE(56)]
  const headers = Array.from({ length: count }, (_, nth) => start + nth * size)
  const dynamic = headers.find((at) => file.readUInt32LE(at) === PT_DYNAMIC)
  assert.ok(dynamic !== undefined, 'there is a dynamic section')
  const [first, length] = [number(dynamic + 8), number(dynamic + 32)]
  for (let at = first; at < first + length; at += 16) if (number(at) === DT_FLAGS_1) return number(at + 8)
  return 0
}

/** Loads the addon only in a worker, uses it, ends the worker, and says whether the addon is still mapped. */
const ONLY_IN_A_WORKER = `
  const { readFileSync } = require('node:fs')
  const { Worker } = require('node:worker_threads')
  const isMapped = () => readFileSync('/proc/self/maps', 'utf8').includes('pegasus-client.')
  const source = \`
    const { workerData, parentPort } = require('node:worker_threads')
    const { PegasusClient } = require('pegasus-client')
    PegasusClient.connect({ metaServers: workerData }).then(() => parentPort.postMessage('connected'))
  \`
  const before = isMapped()
  const worker = new Worker(source, { eval: true, workerData: process.argv[1] })
  worker.once('message', async () => {
    const during = isMapped()
    await worker.terminate()
    console.log(JSON.stringify([before, during, isMapped()]))
  })
`

describe('the addon', { skip: process.platform !== 'linux' && 'this is about the loader of Linux' }, () => {
  it('tells the loader that it is never unloaded', () => {
    assert.ok((loaderFlags(readFileSync(ADDON)) & DF_1_NODELETE) !== 0)
  })

  it('stays mapped after the end of the only worker that used it', async () => {
    const ended = await runScript(ONLY_IN_A_WORKER, [w.cluster.metaServers[0] as string])
    assert.deepEqual(ended, { code: 0, signal: null, stdout: '[false,true,true]\n', stderr: '' })
  })
})
