import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { inspect } from 'node:util'
import {
  type BatchGetOutcome,
  type BatchOutcome,
  type CallOptions,
  CheckType,
  FilterType,
  PegasusClient,
  PegasusError,
  type Table,
} from 'pegasus-client'
import { world } from '../support/cluster'
import { deadAddress } from '../support/net'
import { ClusterProxy, honest, type Tamper } from '../support/proxy'
import { drain } from '../support/rows'
import { assertSilent, HASH_KEY, Lines, leak, SORT_KEY, VALUE } from '../support/secrets'
import { rejection, until } from '../support/wait'

const w = world()
// biome-ignore lint/suspicious/noExplicitAny: these tests pass what the types forbid.
const any = (value: unknown) => value as any

const FILTER = {
  hashKeyFilterType: FilterType.MatchPrefix,
  hashKeyFilterPattern: HASH_KEY,
  sortKeyFilterType: FilterType.MatchPrefix,
  sortKeyFilterPattern: SORT_KEY,
}
const RANGE = { sortKeyFilterType: FilterType.MatchAnywhere, sortKeyFilterPattern: SORT_KEY }
const CHECK = { sortKey: SORT_KEY, type: CheckType.ValueBytesEqual, operand: VALUE, returnCheckValue: true }

interface Given {
  table: Table
  /** The secret that is written and looked for; in some tests a value of a wrong type. */
  value: string
  hashKey: string
  options?: CallOptions
}

/** Every operation of a table. */
const OPERATIONS: Record<string, (given: Given) => Promise<unknown>> = {
  set: ({ table, hashKey, value, options }) => table.set(hashKey, SORT_KEY, value, options),
  multiSet: ({ table, hashKey, value, options }) => table.multiSet(hashKey, { [SORT_KEY]: value }, options),
  get: ({ table, hashKey, options }) => table.get(hashKey, SORT_KEY, options),
  exist: ({ table, hashKey, options }) => table.exist(hashKey, SORT_KEY, options),
  ttl: ({ table, hashKey, options }) => table.ttl(hashKey, SORT_KEY, options),
  multiGet: ({ table, hashKey, options }) => table.multiGet(hashKey, [SORT_KEY], options),
  multiGetOpt: ({ table, hashKey, options }) =>
    table.multiGetOpt(hashKey, SORT_KEY, '', { ...RANGE, ...options }),
  multiGetAll: ({ table, hashKey, options }) =>
    table.multiGetAll(hashKey, { startSortKey: SORT_KEY, ...options }),
  getSortKeys: ({ table, hashKey, options }) => table.getSortKeys(hashKey, options),
  getAllSortKeys: ({ table, hashKey, options }) => table.getAllSortKeys(hashKey, { ...RANGE, ...options }),
  sortKeyCount: ({ table, hashKey, options }) => table.sortKeyCount(hashKey, options),
  getScanner: ({ table, hashKey, options }) =>
    drain(table.getScanner(hashKey, SORT_KEY, '', { ...RANGE, ...options })),
  getUnorderedScanners: ({ table, options }) =>
    Promise.all(table.getUnorderedScanners(2, { ...FILTER, ...options }).map(drain)),
  count: ({ table, options }) => table.count({ ...FILTER, ...options }),
  checkAndSet: ({ table, hashKey, value, options }) => table.checkAndSet(hashKey, CHECK, { value }, options),
  checkAndMutate: ({ table, hashKey, value, options }) =>
    table.checkAndMutate(hashKey, CHECK, [{ set: SORT_KEY, value }], options),
  compareExchange: ({ table, hashKey, value, options }) =>
    table.compareExchange(hashKey, SORT_KEY, VALUE, value, options),
  batchGet: ({ table, hashKey, options }) => table.batchGet([[hashKey, SORT_KEY]], options),
  batchGetSettled: async ({ table, hashKey, options }) =>
    allOk(await table.batchGetSettled([[hashKey, SORT_KEY]], options)),
  batchSet: async ({ table, hashKey, value, options }) =>
    allOk(await table.batchSet([[hashKey, SORT_KEY, value]], options)),
  batchDel: async ({ table, options }) => allOk(await table.batchDel([['other', SORT_KEY]], options)),
  delRange: ({ table, options }) => table.delRange(`${HASH_KEY}!`, SORT_KEY, '', { ...RANGE, ...options }),
  remove: ({ table, options }) => table.remove(`${HASH_KEY}!`, SORT_KEY, options),
  multiDel: ({ table, options }) => table.multiDel(`${HASH_KEY}!`, [SORT_KEY], options),
}
const WRITES_VALUE = Object.keys(OPERATIONS).filter((name) => OPERATIONS[name]?.toString().includes('value'))

function allOk(outcomes: readonly (BatchOutcome | BatchGetOutcome)[]): void {
  for (const outcome of outcomes) if (!outcome.ok) throw outcome.error
}

/** Runs every operation and returns the errors; checks that none shows a secret. */
async function run(given: Given, names = Object.keys(OPERATIONS)): Promise<unknown[]> {
  const calls = names.map(async (name) => OPERATIONS[name]?.(given))
  const settled = await Promise.allSettled(calls)
  const errors = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
  assertSilent(errors)
  return errors
}

describe('what is stored shows in no error and in no line of a log', () => {
  let proxy: ClusterProxy
  let client: PegasusClient
  let table: Table
  let logger: Lines
  let given: Given
  before(async () => {
    logger = new Lines()
    proxy = await ClusterProxy.start(w.cluster.metaServers[0] as string)
    const options = { sessionResetMs: 100, metaTimeoutMs: 200, logger }
    client = await PegasusClient.connect({ metaServers: proxy.address, ...options })
    table = await client.openTable('temp', { timeoutMs: 5000 })
    given = { table, value: VALUE, hashKey: HASH_KEY }
    await w.table.set(HASH_KEY, SORT_KEY, VALUE)
  })
  afterEach(() => {
    proxy.onReplicaReply = honest
    logger.assertSilent()
  })
  after(async () => {
    await client?.close()
    await proxy?.close()
  })
  const hasty = () => ({ ...given, options: { timeoutMs: 150 } })

  it('when all goes well', async () => {
    assert.deepEqual(await run(given), [])
    await until('a line was written', () => logger.lines.length > 0)
  })

  it('when no answer comes', async () => {
    proxy.onReplicaReply = () => {}
    assert.equal((await run(hasty())).length, Object.keys(OPERATIONS).length)
  })

  it('when the connection breaks', async () => {
    proxy.onReplicaReply = (_, to) => void to.resetAndDestroy()
    assert.equal((await run(hasty())).length, Object.keys(OPERATIONS).length)
    await until('it is told', () => logger.lines.some((line) => line.includes('connection ended')))
  })

  for (const [what, damage] of Object.entries(damages())) {
    it(`when the answer has ${what}`, async () => {
      proxy.onReplicaReply = damage
      assert.ok((await run(hasty())).length > 0)
    })
  }

  it('when the answers are shifted, so that values stand where frames begin', async () => {
    let turn = 0
    proxy.onReplicaReply = (reply, to) => {
      const cut = Buffer.from(reply)
      cut.writeUInt32BE(Math.max(20, reply.length - (++turn % VALUE.length)), 0)
      to.write(cut)
    }
    const names = ['get', 'multiGet', 'getScanner', 'batchGet', 'compareExchange']
    const errors = []
    for (let round = 0; round < 12; round++) errors.push(...(await run(hasty(), names)))
    assert.ok(errors.length > 0)
  })

  it('when a call is aborted', async () => {
    const errors = await run({ ...given, options: { signal: AbortSignal.abort() } })
    assert.equal(errors.length, Object.keys(OPERATIONS).length)
  })

  it('when a write is too long', async () => {
    const errors = await run({ ...given, value: VALUE.repeat(20_000) }, WRITES_VALUE)
    assert.equal(errors.length, WRITES_VALUE.length)
  })

  it('when a hash key is too long', async () => {
    const errors = await run({ ...given, hashKey: HASH_KEY.repeat(2000) })
    assert.ok(errors.length > 15, `${errors.length}`)
  })

  it('when a value is no integer and should be one', async () => {
    const type = CheckType.ValueIntLess
    const errors = await Promise.all([
      rejection(table.incr(HASH_KEY, SORT_KEY)),
      rejection(table.checkAndSet(HASH_KEY, { sortKey: SORT_KEY, type, operand: 1 }, { value: VALUE })),
      rejection(table.checkAndSet(HASH_KEY, { sortKey: SORT_KEY, type, operand: VALUE }, { value: VALUE })),
    ])
    assertSilent(errors)
  })

  it('when a removal of a range stops half way; the key to go on from is there, but is not printed', async () => {
    const key = `${HASH_KEY}-range`
    await w.table.multiSet(
      key,
      Array.from({ length: 2500 }, (_, at): [string, string] => [`${SORT_KEY}-${at}`, '']),
    )
    let answers = 0
    proxy.onReplicaReply = (reply, to) => void (++answers <= 2 && to.write(reply))
    const error = await rejection(table.delRange(key, '', '', { timeoutMs: 150 }))
    assert.ok(error instanceof PegasusError)
    assert.ok(error.deleted === 1000 && String(error.nextSortKey).startsWith(SORT_KEY))
    assertSilent([error])
  })

  it('when the servers are gone, and when the client is', async () => {
    const own = await ClusterProxy.start(w.cluster.metaServers[0] as string)
    const doomed = await PegasusClient.connect({ metaServers: own.address, logger })
    const orphan = await doomed.openTable('temp')
    assert.deepEqual(await run({ ...given, table: orphan }), [])
    await own.close()
    assert.equal((await run({ ...hasty(), table: orphan })).length, Object.keys(OPERATIONS).length)
    await doomed.close()
    assert.equal((await run({ ...given, table: orphan })).length, Object.keys(OPERATIONS).length)
  })

  it('when arguments are of the wrong kind', async () => {
    class Secret {
      readonly text = VALUE
      toString = () => VALUE
    }
    const wrong = [{ text: VALUE }, [HASH_KEY], new Map([[HASH_KEY, VALUE]]), Symbol(VALUE), () => VALUE]
    const values = [
      ...wrong,
      new Secret(),
      BigInt(`0x${Buffer.from(VALUE).toString('hex')}`),
      null,
      undefined,
      NaN,
    ]
    const calls = values.flatMap((value) => [
      table.get(any(value), SORT_KEY),
      table.get(HASH_KEY, any(value)),
      table.set(HASH_KEY, SORT_KEY, any(value)),
      table.multiSet(HASH_KEY, any([[SORT_KEY, value]])),
      table.multiSet(HASH_KEY, any([[SORT_KEY, VALUE, value]])),
      table.batchSet(any([[HASH_KEY, SORT_KEY, value]])),
      table.batchGet(any([[value, SORT_KEY]])),
      table.multiGet(HASH_KEY, any([value])),
      table.incr(HASH_KEY, SORT_KEY, any(value ?? 'nothing')),
      table.checkAndSet(HASH_KEY, { ...CHECK, operand: any(value) }, { value: VALUE }),
      table.checkAndMutate(HASH_KEY, CHECK, any([{ set: SORT_KEY, value }])),
      table.compareExchange(HASH_KEY, SORT_KEY, VALUE, any(value)),
    ])
    // Values in place of options, and rows.
    const misplaced = [
      table.get(HASH_KEY, SORT_KEY, any({ [SORT_KEY]: VALUE })),
      table.set(HASH_KEY, SORT_KEY, VALUE, any({ [VALUE.slice(0, 4)]: VALUE })),
      table.multiGet(HASH_KEY, any(SORT_KEY)),
      table.multiSet(HASH_KEY, any(VALUE)),
      table.multiSet(HASH_KEY, any([VALUE])),
    ]
    const errors = await Promise.all([...calls, ...misplaced].map(rejection))
    assertSilent(errors)
  })

  it('when a program prints what it holds', async () => {
    const scanner = table.getScanner(HASH_KEY, SORT_KEY, '', RANGE)
    await scanner.next()
    for (const held of [client, table, scanner, client.admin, w.cluster]) {
      assert.equal(leak(inspect(held, { depth: null, showHidden: true })), undefined)
    }
    await scanner.close()
  })
})

/** Texts that a confused server may send in fields that errors and logs show. */
function damages(): Record<string, Tamper> {
  const withNames = (reply: Buffer, error: string, rpc: string) => {
    const head = 8 + reply.readUInt32BE(4)
    const tail = reply.subarray(head + 8 + reply.readUInt32BE(head + 4))
    const text = (name: string) => Buffer.concat([Buffer.from([0, 0, 0, name.length]), Buffer.from(name)])
    const body = Buffer.concat([text(error), reply.subarray(head, head + 4), text(rpc), tail])
    const length = Buffer.alloc(4)
    length.writeUInt32BE(body.length + 4)
    return Buffer.concat([length, body])
  }
  return {
    'a value for the name of its error': (reply, to) => void to.write(withNames(reply, VALUE, 'RPC_ACK')),
    'a value behind the name of its error': (reply, to) =>
      void to.write(withNames(reply, `ERR_BUSY ${VALUE}`, 'RPC_ACK')),
    'a value for the name of its RPC': (reply, to) => void to.write(withNames(reply, 'ERR_OK', VALUE)),
    'nothing but a value': (_, to) => void to.write(VALUE),
  }
}

describe('what finds leaks', () => {
  it('knows them in every form in which they are printed', () => {
    for (const [secret, shown] of [
      [HASH_KEY, 16],
      [SORT_KEY, 16],
      [VALUE, 0],
    ] as const) {
      const bytes = Buffer.from(secret)
      const start = bytes.subarray(0, shown)
      assert.equal(leak(`${start} ${inspect(start)}`), undefined)
      const forms = [
        secret,
        inspect(bytes),
        JSON.stringify(bytes),
        bytes.toString('hex'),
        inspect([...bytes]),
      ]
      for (const form of forms) assert.ok(leak(`before ${form} behind`), form)
    }
  })

  it('a password in an address is not repeated', async () => {
    const metaServers = `pegasus://admin:${VALUE}@meta:34601`
    assertSilent([await rejection(PegasusClient.connect({ metaServers }))])
    const dead = await deadAddress()
    await assert.rejects(
      PegasusClient.connect({ metaServers: `${dead},me:x@b:1` }),
      /"…@b:1".*there are no user names/,
    )
  })
})
