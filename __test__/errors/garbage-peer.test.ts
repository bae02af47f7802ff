import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { after, afterEach, before, describe, it } from 'node:test'
import { PegasusClient, PegasusError } from 'pegasus-client'
import { freshKey, world } from '../support/cluster'
import { Peer } from '../support/net'
import { ClusterProxy, honest, type Tamper } from '../support/proxy'
import { rejection, timed, until } from '../support/wait'

const TIMEOUT_MS = 250
const IMPATIENT = { timeoutMs: TIMEOUT_MS, sessionResetMs: 300, metaTimeoutMs: 600 }
const PATIENT = { timeoutMs: 5000 }
const w = world()

/** A random byte, the same in every run. */
function noise(length: number): Buffer {
  let state = 42
  return Buffer.from(
    Array.from({ length }, () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
      return state >>> 24
    }),
  )
}

function withLength(reply: Buffer, length: number): Buffer {
  const changed = Buffer.from(reply)
  changed.writeUInt32BE(length >>> 0, 0)
  return changed
}

/** An answer with this error name, which is otherwise valid. */
function withErrorName(reply: Buffer, name: string | Buffer): Buffer {
  const text = Buffer.from(name)
  const head = Buffer.alloc(8)
  head.writeUInt32BE(text.length, 4)
  const changed = Buffer.concat([head, text, reply.subarray(8 + reply.readUInt32BE(4))])
  changed.writeUInt32BE(changed.length, 0)
  return changed
}

/** The position of the sequence id, which follows the error name and the name of the RPC. */
function withSequenceId(reply: Buffer, change: (id: number) => number): Buffer {
  const changed = Buffer.from(reply)
  const head = 8 + reply.readUInt32BE(4)
  const at = head + 8 + reply.readUInt32BE(head + 4)
  changed.writeInt32BE(change(reply.readInt32BE(at)) | 0, at)
  return changed
}

/** Ways to spoil an answer. Only a client that reads carelessly would still accept it. */
const DAMAGES: Record<string, Tamper> = {
  'the connection is closed instead of an answer': (_, to) => void to.end(),
  'the connection is reset instead of an answer': (_, to) => void to.resetAndDestroy(),
  'half of the answer, then the end': (reply, to) => void to.end(reply.subarray(0, reply.length >> 1)),
  'three bytes, then the end': (reply, to) => void to.end(reply.subarray(0, 3)),
  'all but the last byte, and then nothing': (reply, to) => void to.write(reply.subarray(0, -1)),
  'a length of 0': (reply, to) => void to.write(withLength(reply, 0)),
  'a length of 5': (reply, to) => void to.write(withLength(reply, 5)),
  'a length one too small': (reply, to) => void to.write(withLength(reply, reply.length - 1)),
  'a length one too large': (reply, to) => void to.write(withLength(reply, reply.length + 1)),
  'a length of 2 GiB': (reply, to) => void to.write(withLength(reply, 0x8000_0000)),
  'a length of 4 GiB': (reply, to) => void to.write(withLength(reply, 0xffff_ffff)),
  'a length of 1 GiB, which might be': (reply, to) => void to.write(withLength(reply, 0x3fff_ffff)),
  'an error name of 2 GiB': (reply, to) => {
    const changed = Buffer.from(reply)
    changed.writeUInt32BE(0x7fff_ffff, 4)
    to.write(changed)
  },
  'an error name of negative length': (reply, to) => {
    const changed = Buffer.from(reply)
    changed.writeInt32BE(-1, 4)
    to.write(changed)
  },
  'an error that nobody knows': (reply, to) => void to.write(withErrorName(reply, 'ERR_MADE_UP')),
  'an error without a name': (reply, to) => void to.write(withErrorName(reply, '')),
  'an error name that is no text': (reply, to) => void to.write(withErrorName(reply, noise(40))),
  'an answer to somebody else': (reply, to) => void to.write(withSequenceId(reply, (id) => id + 1_000_000)),
  'an answer to nobody, number -1': (reply, to) => void to.write(withSequenceId(reply, () => -1)),
  'a body of noise': (reply, to) => {
    const changed = Buffer.from(reply)
    const body = 8 + reply.readUInt32BE(4) + 12 + 20
    noise(reply.length).copy(changed, body, body)
    to.write(changed)
  },
  'a body of ones': (reply, to) => {
    to.write(Buffer.from(reply).fill(0xff, Math.min(60, reply.length - 1)))
  },
  'the body cut off, with a length that fits': (reply, to) => {
    const cut = reply.subarray(0, reply.length - 12)
    to.write(withLength(cut, cut.length))
  },
  'nothing but noise': (reply, to) => void to.write(noise(reply.length)),
  'a page of the web': (_, to) => void to.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'),
  'zeros without end': (_, to) => void to.write(Buffer.alloc(1 << 20)),
}

/** Spoilt answers that may still be read: the first byte of the next answer may happen to be the missing one. */
const MENDED_BY_THE_NEXT = new Set(['all but the last byte, and then nothing', 'a length one too large'])

/** After this spoilt answer, later ones are taken for the rest of it until a call has waited `sessionResetMs`. */
const SWALLOWING = 'a length of 1 GiB, which might be'

async function failsInTime(call: () => Promise<unknown>, what: string): Promise<PegasusError> {
  let error: unknown
  const took = await timed(async () => {
    error = await rejection(call())
  })
  assert.ok(error instanceof PegasusError, `${what}: ${error}`)
  assert.match(error.code, /^ERR_[A-Z_]+$/, what)
  assert.ok(error.message.length > 0, what)
  assert.ok(took < TIMEOUT_MS + 800, `${what}: ${took} ms`)
  return error
}

describe('a meta server that talks nonsense', () => {
  let proxy: ClusterProxy
  let client: PegasusClient
  before(async () => {
    proxy = await ClusterProxy.start(w.cluster.metaServers[0] as string)
    client = await PegasusClient.connect({ metaServers: proxy.address, ...IMPATIENT })
  })
  afterEach(() => {
    proxy.onMetaReply = honest
  })
  after(async () => {
    await client?.close()
    await proxy?.close()
  })

  it('is none as long as the proxy is honest', async () => {
    const table = await client.openTable('temp', PATIENT)
    await table.set('h', 's', 'v')
    assert.equal(String(await table.get('h', 's')), 'v')
  })

  for (const [what, damage] of Object.entries(DAMAGES)) {
    it(`${what}: openTable fails in time, and works when that is over`, async () => {
      proxy.onMetaReply = damage
      const error = await failsInTime(() => client.openTable('temp'), what)
      assert.equal(error.table, 'temp')
      proxy.onMetaReply = honest
      const table = await client.openTable('temp', PATIENT)
      assert.equal(table.partitionCount, 8)
    })

    it(`${what}: once, and openTable asks again or says so`, async () => {
      let spoilt = 0
      proxy.onMetaReply = (reply, to) => {
        proxy.onMetaReply = honest
        spoilt++
        damage(reply, to)
      }
      const [opened] = await Promise.allSettled([client.openTable('temp')])
      assert.equal(spoilt, 1)
      if (opened.status === 'fulfilled') assert.equal(opened.value.partitionCount, 8)
      else assert.ok(opened.reason instanceof PegasusError, String(opened.reason))
      assert.equal((await client.openTable('temp', PATIENT)).partitionCount, 8)
    })
  }

  it('an answer nobody asked for, before the right one, is passed over', async () => {
    proxy.onMetaReply = (reply, to) => {
      to.write(withSequenceId(reply, (id) => id + 1_000_000))
      to.write(reply)
      to.write(reply)
    }
    assert.equal((await client.openTable('temp', PATIENT)).partitionCount, 8)
    assert.equal((await client.openTable('temp', PATIENT)).partitionCount, 8)
  })

  it('an answer in single bytes is an answer', async () => {
    proxy.onMetaReply = (reply, to) => {
      to.setNoDelay(true)
      let at = 0
      const next = () => at < reply.length && to.write(reply.subarray(at, ++at), next)
      next()
    }
    assert.equal((await client.openTable('temp', PATIENT)).partitionCount, 8)
  })

  it('an error that nobody knows keeps its name', async () => {
    proxy.onMetaReply = DAMAGES['an error that nobody knows'] as Tamper
    await assert.rejects(client.openTable('temp'), { code: 'ERR_MADE_UP', message: /ERR_MADE_UP/ })
  })
})

describe('replica servers that talk nonsense', () => {
  let proxy: ClusterProxy
  let client: PegasusClient
  before(async () => {
    proxy = await ClusterProxy.start(w.cluster.metaServers[0] as string)
    client = await PegasusClient.connect({ metaServers: proxy.address, ...IMPATIENT })
  })
  afterEach(() => {
    proxy.onReplicaReply = honest
  })
  after(async () => {
    await client?.close()
    await proxy?.close()
  })

  for (const [what, damage] of Object.entries(DAMAGES)) {
    it(`${what}: reads and writes fail in time, and work when that is over`, async () => {
      const table = await client.openTable('temp')
      const key = freshKey()
      await table.multiSet(key, { a: '1', b: '2' }, PATIENT)
      proxy.onReplicaReply = damage
      const calls = [
        () => table.get(key, 'a'),
        () => table.ttl(key, 'a'),
        () => table.multiGet(key, null),
        () => table.sortKeyCount(key),
        () => table.getScanner(key, '', '', { timeoutMs: TIMEOUT_MS }).next(),
        () => table.set(key, 'a', '3'),
        () => table.multiDel(key, ['b']),
      ]
      const errors = []
      if (MENDED_BY_THE_NEXT.has(what)) for (const call of calls) errors.push(await failsInTime(call, what))
      else errors.push(...(await Promise.all(calls.map((call) => failsInTime(call, what)))))
      assert.deepEqual([...new Set(errors.map(({ table: name }) => name))], ['temp'])
      assert.deepEqual(
        errors.slice(0, 5).map(({ maybeApplied }) => maybeApplied),
        Array(5).fill(false),
      )
      proxy.onReplicaReply = honest
      if (what === SWALLOWING) await Promise.allSettled([table.get(key, 'a', { timeoutMs: 500 })])
      // Another row, as the write of "3" has an unknown outcome and may still be carried out.
      await table.set(key, 'c', '4', PATIENT)
      assert.equal(String(await table.get(key, 'c', PATIENT)), '4')
    })
  }

  it('a connection that swallows all answers is replaced, though short calls keep it busy', async () => {
    const own = await PegasusClient.connect({ metaServers: proxy.address, ...IMPATIENT })
    const table = await own.openTable('temp')
    const key = freshKey()
    proxy.onReplicaReply = DAMAGES[SWALLOWING] as Tamper
    await failsInTime(() => table.get(key, 's'), SWALLOWING)
    proxy.onReplicaReply = honest
    try {
      await until(
        'a get is answered',
        async () => {
          const [got] = await Promise.allSettled([table.get(key, 's')])
          return got.status === 'fulfilled'
        },
        3000,
      )
    } finally {
      await own.close()
    }
  })

  it('answers may come in any order', async () => {
    const table = await client.openTable('temp', PATIENT)
    const key = freshKey()
    const sortKeys = Array.from({ length: 50 }, (_, number) => `${number}`)
    await table.multiSet(
      key,
      sortKeys.map((sortKey) => [sortKey, `of ${sortKey}`]),
    )
    const held: Buffer[] = []
    proxy.onReplicaReply = (reply, to) => {
      held.push(reply)
      if (held.length === sortKeys.length) to.write(Buffer.concat(held.reverse()))
    }
    const values = await Promise.all(sortKeys.map((sortKey) => table.get(key, sortKey)))
    assert.deepEqual(
      values.map(String),
      sortKeys.map((sortKey) => `of ${sortKey}`),
    )
  })

  it('a write that was carried out but not answered says that it may have been', async () => {
    const table = await client.openTable('temp')
    const key = freshKey()
    await table.set(key, 's', 'before', PATIENT)
    proxy.onReplicaReply = () => {}
    await assert.rejects(table.set(key, 's', 'after'), {
      name: 'PegasusError',
      code: 'ERR_TIMEOUT',
      maybeApplied: true,
      retryable: true,
    })
    proxy.onReplicaReply = honest
    assert.equal(String(await w.table.get(key, 's')), 'after')
  })

  it('a lost answer is asked for again within the deadline', async () => {
    const table = await client.openTable('temp')
    const key = freshKey()
    await table.set(key, 's', 'v', PATIENT)
    let lost = 0
    proxy.onReplicaReply = (reply, to) => {
      if (lost++ < 3) to.resetAndDestroy()
      else to.write(reply)
    }
    assert.equal(String(await table.get(key, 's', PATIENT)), 'v')
    assert.ok(lost > 3)
  })

  it('a scan goes on where it was when its connection broke, each row once', async () => {
    const table = await client.openTable('temp')
    const key = freshKey()
    const sortKeys = Array.from({ length: 200 }, (_, number) => String(number).padStart(3, '0'))
    await table.multiSet(
      key,
      sortKeys.map((sortKey) => [sortKey, 'v']),
    )
    let answers = 0
    proxy.onReplicaReply = (reply, to) => {
      if (++answers % 5 === 0) to.resetAndDestroy()
      else to.write(reply)
    }
    const found = []
    for await (const { sortKey } of table.getScanner(key, '', '', { batchSize: 10 }))
      found.push(String(sortKey))
    assert.deepEqual(found, sortKeys)
    assert.ok(answers > 20)
  })
})

describe('servers that were never any', () => {
  async function opens(onConnection: (socket: Socket) => void) {
    const peer = await Peer.listen(onConnection)
    const [client] = await Promise.allSettled([
      PegasusClient.connect({ metaServers: peer.address, ...IMPATIENT }),
    ])
    if (client.status === 'fulfilled') {
      await failsInTime(() => client.value.openTable('temp'), 'openTable')
      await client.value.close()
    } else {
      assert.ok(client.reason instanceof PegasusError)
    }
    await peer.close()
  }

  it('one that hangs up at once', () => opens((socket) => void socket.end()))
  it('one that resets at once', () => opens((socket) => void socket.resetAndDestroy()))
  it('one that talks first', () => opens((socket) => void socket.write('220 mail.example ESMTP\r\n')))
  it('one that sends noise for ever', () =>
    opens((socket) => {
      const more = () => !socket.destroyed && socket.write(noise(65_536), () => setImmediate(more))
      more()
    }))
  it('one that sends back what it got', () => opens((socket) => void socket.pipe(socket)))
})
