import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chooseExperiments } from './experiments/index.mjs'
import { BadOptions, readOptions } from './options.mjs'

test('no option is a whole run', () => {
  const { isWhole, rounds, only, cluster } = readOptions([])
  assert.deepEqual(
    { isWhole, rounds, only, cluster },
    { isWhole: true, rounds: 5, only: undefined, cluster: undefined },
  )
  assert.equal(readOptions(['--rounds', '9']).isWhole, true)
  assert.equal(readOptions(['--quick']).isWhole, false)
  assert.equal(readOptions(['--help']), undefined)
})

test('what cannot be is refused by name', () => {
  for (const [args, expected] of [
    [
      ['--only', 'gets'],
      '--only must be one of get, set, multiGet, batchGet, scan, memory, outage, scaling, not gets',
    ],
    [['--rounds', '0'], '--rounds must be a positive whole number, not 0'],
    [['--seconds', 'x'], '--seconds must be a positive number, not x'],
    [['--meta', 'a:1'], '--meta and --table go together'],
    [['--only', 'get', '--json', 'a'], '--json needs --only outage or scaling'],
    [['--only', 'outage', '--quick', '--write'], '--write does not go with --quick'],
    [['--only', 'outage', '--rounds', '2'], '--rounds does not go with --only outage'],
  ]) {
    assert.throws(() => readOptions(args), new BadOptions(expected))
  }
  assert.throws(() => readOptions(['--fast']), BadOptions)
})

test('a group is chosen by name, and what it measures may be another package', () => {
  const { group, isWhole, packageFolder } = readOptions(['--only', 'outage', '--package', '/a/../b'])
  assert.deepEqual(
    { group, isWhole, packageFolder },
    { group: 'outage', isWhole: false, packageFolder: '/b' },
  )
  assert.equal(readOptions(['--only', 'get']).group, undefined)
})

test('experiments are chosen by work and by what is in flight', () => {
  const chosen = (...args) =>
    chooseExperiments(readOptions(args)).experiments.map(({ work, inFlight }) => `${work} ${inFlight}`)
  assert.deepEqual(chosen('--only', 'get', '--inflight', '128'), ['get 128'])
  assert.deepEqual(chosen('--only', 'memory'), ['memory 1024', 'memory 1'])
})

test('a cluster somewhere else has no rows of our own server, and that is said', () => {
  const { experiments, leftOut } = chooseExperiments(readOptions(['--meta', 'a:1', '--table', 't']))
  const peers = experiments.flatMap(({ rows }) =>
    rows.flatMap(({ ours, against }) => [ours.peer, against.peer]),
  )
  assert.ok(!peers.includes('echo') && !peers.includes('floor') && !peers.includes('scan'))
  assert.equal(leftOut.length, 4)
})

test('every row compares entrants of its experiment', () => {
  for (const { entrants, rows } of chooseExperiments(readOptions([])).experiments) {
    const names = entrants.map((one) => JSON.stringify(one))
    for (const { ours, against } of rows) {
      assert.ok(names.includes(JSON.stringify(ours)) && names.includes(JSON.stringify(against)))
    }
  }
})
