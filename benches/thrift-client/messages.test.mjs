import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'
import { crc64 } from './crc64.mjs'
import {
  encodeKey,
  readReadResponse,
  readResult,
  writeBlobArgument,
  writeUpdateRequest,
} from './messages.mjs'
import { PackagedWire } from './packaged-wire.mjs'
import { Wire } from './wire.mjs'

/** The documented get of user_1, name, and its answer. */
const GET =
  '544846540000000000000030000000000000003100000000000000020000000700' +
  '0003e800003de59ce68171e015138780010001000000115250435f525244425f525244425f474554000000010c00010000000c' +
  '0006757365725f316e616d6500'
const ANSWER =
  '0000006b000000064552525f4f4b80010002000000155250435f525244425f525244425f4745545f41434b000000010c0000' +
  '08000100000000' +
  '0c000200000005416c6963650800030000000208000400000007' +
  '0b00060000000f3132372e302e302e313a33343830310000'

/** A socket that keeps all written bytes. */
class Socket extends EventEmitter {
  written = []
  write(bytes) {
    this.written.push(Buffer.from(bytes))
  }
  cork() {}
  uncork() {}
  get hex() {
    return Buffer.concat(this.written).toString('hex')
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

function request() {
  const hashKey = Buffer.from('user_1')
  const key = encodeKey(hashKey, Buffer.from('name'))
  const header = { appId: 2, partition: 7, timeoutMs: 1000, hash: crc64(hashKey) }
  return { header, write: (protocol) => writeBlobArgument(protocol, key) }
}

for (const WireClass of [Wire, PackagedWire]) {
  test(`${WireClass.name} sends the documented bytes`, async () => {
    const socket = new Socket()
    const { header, write } = request()
    new WireClass(socket, () => {}).send(header, 'RPC_RRDB_RRDB_GET', 1, write)
    await turn()
    assert.equal(socket.hex, GET)
  })

  test(`${WireClass.name} sends requests that are longer than its buffers`, async () => {
    const socket = new Socket()
    const wire = new WireClass(socket, () => {})
    const { header, write } = request()
    const [key, value] = [encodeKey(Buffer.from('h'), Buffer.from('s')), Buffer.alloc(200_000, 'v')]
    const update = (protocol) => writeUpdateRequest(protocol, { key, value, expireTsSeconds: 0 })
    wire.send(header, 'RPC_RRDB_RRDB_GET', 1, write)
    wire.send(header, 'RPC_RRDB_RRDB_PUT', 2, update)
    wire.send(header, 'RPC_RRDB_RRDB_GET', 1, write)
    await turn()
    assert.ok(socket.hex.startsWith(GET) && socket.hex.endsWith(GET))
    const long = Buffer.from(socket.hex.slice(GET.length, -GET.length), 'hex')
    assert.equal(long.readInt32BE(16), long.length - 48)
    assert.ok(long.includes(value))
  })

  test(`${WireClass.name} reads answers however they are cut`, () => {
    const answers = Buffer.from(ANSWER.repeat(3), 'hex')
    for (let cut = 0; cut < answers.length; cut++) {
      const socket = new Socket()
      const values = []
      new WireClass(socket, (protocol) => {
        assert.equal(protocol.readString(), 'ERR_OK')
        assert.equal(protocol.readMessageBegin().rseqid, 1)
        values.push(readResult(protocol, readReadResponse).value.toString())
      })
      socket.emit('data', answers.subarray(0, cut))
      socket.emit('data', answers.subarray(cut))
      assert.deepEqual(values, ['Alice', 'Alice', 'Alice'], `cut at ${cut}`)
    }
  })
}
