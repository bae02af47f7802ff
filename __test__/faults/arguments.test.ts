import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Fault, LocalCluster, PegasusError } from 'pegasus-client'
import { rejection } from '../support/wait'

let cluster: LocalCluster

before(async () => {
  cluster = await LocalCluster.start({ tables: { temp: 4 }, metaServers: 2 })
})
after(() => cluster.stop())

/** An argument that the type checker would refuse. */
// biome-ignore lint/suspicious/noExplicitAny: that is the point
type Wrong = any

function thrown(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('it did not throw')
}

function checkArgument(error: unknown, kind: typeof TypeError | typeof RangeError, message: RegExp): void {
  assert.ok(error instanceof kind, String(error))
  assert.equal((error as { code?: string }).code, 'ERR_INVALID_ARGUMENT')
  assert.match(error.message, message)
  assert.match(error.stack ?? '', /arguments\.test/)
}

describe('arguments that cannot be', () => {
  const NOBODY = '127.0.0.1:1'
  const rejected: [string, () => Promise<unknown>, typeof TypeError | typeof RangeError, RegExp][] = [
    [
      'no address',
      () => cluster.stopServer(undefined as Wrong),
      TypeError,
      /^address must be a non-empty string/,
    ],
    [
      'an unknown address',
      () => cluster.freezeServer(NOBODY),
      RangeError,
      /^address must be one of 127\.0.*"127\.0\.0\.1:1"/,
    ],
    ['an index as address', () => cluster.startServer(0 as Wrong), TypeError, /^address must be/],
    [
      'a meta server as primary',
      () => cluster.movePrimary('temp', 0, cluster.metaServers[0]),
      RangeError,
      /^address must be one of/,
    ],
    [
      'a replica server as leader',
      () => cluster.moveMetaLeader(cluster.replicaServers[0]),
      RangeError,
      /^address must be one of/,
    ],
    [
      'a negative time',
      () => cluster.cutOffServer(cluster.replicaServers[0] as string, { failoverAfterMs: -1 }),
      RangeError,
      /^options\.failoverAfterMs must be an integer from 0/,
    ],
    [
      'a time that is text',
      () => cluster.stopServer(cluster.replicaServers[0] as string, { failoverAfterMs: '1' as Wrong }),
      TypeError,
      /^options\.failoverAfterMs/,
    ],
    [
      'an option that is none',
      () => cluster.stopServer(cluster.replicaServers[0] as string, { failover: 1 } as Wrong),
      TypeError,
      /has no "failover"/,
    ],
    ['no table', () => cluster.raiseBallot('', 0), TypeError, /^table must be a non-empty string/],
    ['no table to rebuild', () => cluster.rebuildTable(''), TypeError, /^table must be a non-empty string/],
    [
      'a partition that is none',
      () => cluster.primary('temp', 1.5),
      RangeError,
      /^partitionIndex must be an integer/,
    ],
    [
      'a partition too many',
      () => cluster.movePrimary('temp', 4),
      RangeError,
      /"temp" has the partitions 0 to 3, not 4/,
    ],
    ['no name to drop', () => cluster.dropTable(7 as Wrong), TypeError, /^name must be a non-empty string/],
    [
      'no name to split',
      () => cluster.splitTable(null as Wrong),
      TypeError,
      /^name must be a non-empty string/,
    ],
  ]
  for (const [what, call, kind, message] of rejected) {
    it(`${what} is refused`, async () => checkArgument(await rejection(call()), kind, message))
  }

  const busy = { error: 'ERR_BUSY' } as const
  const rules: [string, Wrong, typeof TypeError | typeof RangeError, RegExp][] = [
    ['no rule', 'get', TypeError, /^rule must be an object/],
    ['no reaction', {}, TypeError, /^rule\.reaction is missing/],
    [
      'no kind of reaction',
      { reaction: {} },
      TypeError,
      /^rule\.reaction must have one of error, delayMs, holdMs, drop/,
    ],
    [
      'two kinds of reactions',
      { reaction: { drop: true, corrupt: true } },
      TypeError,
      /got drop and corrupt$/,
    ],
    ['an unknown reaction', { reaction: { dorp: true } }, TypeError, /has no "dorp": did you mean drop\?/],
    [
      'a reaction that is not',
      { reaction: { drop: false } },
      TypeError,
      /^rule\.reaction\.drop must be true/,
    ],
    [
      'carried out or not, of a delay',
      { reaction: { delayMs: 1, carriedOut: true } },
      TypeError,
      /carriedOut has no effect with delayMs/,
    ],
    [
      'an error without its prefix',
      { reaction: { error: 'busy' } },
      TypeError,
      /^rule\.reaction\.error must be ERR_/,
    ],
    [
      'a delay of years',
      { reaction: { delayMs: 1e9 } },
      RangeError,
      /^rule\.reaction\.delayMs must be an integer from 0 to 86400000/,
    ],
    [
      'a wait of years',
      { reaction: { holdMs: 1e9 } },
      RangeError,
      /^rule\.reaction\.holdMs must be an integer from 0 to 86400000/,
    ],
    [
      'carried out or not, of a wait',
      { reaction: { holdMs: 1, carriedOut: false } },
      TypeError,
      /carriedOut has no effect with holdMs/,
    ],
    [
      'an unknown condition',
      { tabel: 'temp', reaction: busy },
      TypeError,
      /has no "tabel": did you mean table\?/,
    ],
    ['an unknown RPC', { rpc: 'gte', reaction: busy }, RangeError, /no RPC "gte": there are get, put/],
    ['an unknown server', { server: NOBODY, reaction: busy }, RangeError, /^rule\.server must be one of/],
    [
      'a partition too many',
      { table: 'temp', partitionIndex: 9, reaction: busy },
      RangeError,
      /partitions 0 to 3, not 9/,
    ],
    ['no hits at all', { times: 0, reaction: busy }, RangeError, /^rule\.times must be an integer from 1/],
    [
      'a share of nothing',
      { share: 0, reaction: busy },
      RangeError,
      /^rule\.share must be more than 0 and at most 1, got 0/,
    ],
    ['a share that is text', { share: '1', reaction: busy }, TypeError, /^rule\.share must be a number/],
    ['a seed that is none', { seed: 0.5, reaction: busy }, RangeError, /^rule\.seed must be an integer/],
    [
      'a partition of a meta RPC',
      { rpc: 'query_cfg', partitionIndex: 0, reaction: busy },
      RangeError,
      /cannot be for a partition/,
    ],
    [
      'a table of an RPC without',
      { rpc: 'list_nodes', table: 'temp', reaction: busy },
      RangeError,
      /cannot be for a table/,
    ],
  ]
  for (const [what, rule, kind, message] of rules) {
    it(`a rule with ${what} is refused`, () => {
      checkArgument(
        thrown(() => cluster.addFault(rule)),
        kind,
        message,
      )
      assert.deepEqual(cluster.faults, [])
    })
  }

  it('a rule for RPCs at servers that never get them is refused', () => {
    const [meta, replica] = [cluster.metaServers[0] as string, cluster.replicaServers[0] as string]
    for (const [rpc, server] of [
      ['get', meta],
      ['query_cfg', replica],
    ] as const) {
      checkArgument(
        thrown(() => cluster.addFault({ rpc, server, reaction: busy })),
        RangeError,
        /takes nothing at a/,
      )
    }
  })

  it('faults are not made with new', () => {
    checkArgument(
      thrown(() => new (Fault as Wrong)()),
      TypeError,
      /use cluster\.addFault/,
    )
  })
})

describe('a call that cannot be made as things are', () => {
  async function refusal(call: Promise<unknown>): Promise<[string, string]> {
    const error = await rejection(call)
    assert.ok(error instanceof PegasusError, String(error))
    return [error.code, error.message]
  }

  it('says how the server is', async () => {
    const server = cluster.replicaServers[0] as string
    assert.deepEqual(await refusal(cluster.startServer(server)), [
      'ERR_INVALID_STATE',
      `the server ${server} cannot be started: it is running`,
    ])
    assert.equal((await refusal(cluster.healServer(server)))[0], 'ERR_INVALID_STATE')
    await cluster.stopServer(server, { failoverAfterMs: null })
    assert.deepEqual(await refusal(cluster.freezeServer(server)), [
      'ERR_INVALID_STATE',
      `the server ${server} cannot be frozen: it is stopped, and has to be started`,
    ])
    assert.equal((await refusal(cluster.movePrimary('temp', 0, server)))[0], 'ERR_INVALID_STATE')
    assert.equal(await cluster.primary('temp', 0), server)
    await cluster.healAll()
  })

  it('says which table is not there', async () => {
    const calls = [cluster.dropTable('none'), cluster.splitTable('none'), cluster.primary('none', 0)]
    for (const refused of await Promise.all(calls.map(refusal))) {
      assert.deepEqual(refused, ['ERR_APP_NOT_EXIST', 'there is no table "none"'])
    }
    const error = thrown(() => cluster.addFault({ table: 'none', reaction: { drop: true } }))
    assert.ok(error instanceof PegasusError)
    assert.equal(error.code, 'ERR_APP_NOT_EXIST')
  })

  it('says when no other meta server is up', async () => {
    await cluster.stopServer(cluster.metaServers[1] as string)
    assert.deepEqual(await refusal(cluster.moveMetaLeader()), [
      'ERR_INVALID_STATE',
      'no other meta server is up',
    ])
    await cluster.healAll()
  })

  it('says when the cluster is stopped', async () => {
    const stopped = await LocalCluster.start({ tables: { temp: 1 } })
    const fault = stopped.addFault({ reaction: { drop: true } })
    await stopped.stop()
    const calls = [
      stopped.stopServer(stopped.replicaServers[0] as string),
      stopped.healAll(),
      stopped.metaLeader(),
    ]
    for (const [code] of await Promise.all(calls.map(refusal))) assert.equal(code, 'ERR_CLUSTER_STOPPED')
    const error = thrown(() => stopped.addFault({ reaction: { drop: true } }))
    assert.equal((error as PegasusError).code, 'ERR_CLUSTER_STOPPED')
    fault.remove()
    assert.equal(fault.hits, 0)
  })
})
