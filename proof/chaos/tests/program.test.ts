import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { promisify } from 'node:util'
import { asksNameServer } from '../../../scripts/network/name-server.mjs'
import { TAKES, withNamespace } from '../../../scripts/network/namespace.mjs'
import { allFaults, chosenFaults } from '../faults/all'
import { readPlan, runChaos } from '../run'
import { ALL_SABOTAGES, type Sabotage } from '../sabotage'

/** The shortest run that there is: one round. */
async function run(sabotage?: Sabotage): Promise<{ isClean: boolean; text: string }> {
  const lines: string[] = []
  const isClean = await runChaos({ seconds: 0, seed: 11, sabotage }, (line) => lines.push(line))
  return { isClean, text: lines.join('\n') }
}

/** The surroundings without the variable by which a child would report to the test runner. */
function withoutRunner(): NodeJS.ProcessEnv {
  const { NODE_TEST_CONTEXT: _, ...rest } = process.env
  return rest
}

/** What a run says about a client that is broken in this way. */
const SAYS: Record<Sabotage, RegExp> = {
  'lost-write': /no order of the operations on row-|was gone at most/,
  'double-increment': /no order of the operations on sum-|the sum is \d+/,
  'wrong-denial': /must not have happened\): ERR_BUSY/,
  'half-write': /saw half a write|no order of the operations on group-/,
  'late-answer': /get succeeded \d+ ms after its deadline of \d+ ms/,
  'strange-error': /get failed with a code that nothing here can cause/,
}

describe('a run of chaos', () => {
  it('finds nothing against the client, and says what it did', async () => {
    const { isClean, text } = await run()
    assert.ok(isClean, text)
    assert.match(text, /--seed 11/)
    assert.match(text, /operations: \d{3,}/)
    assert.match(text, /judged: 18 histories of \d{2,} operations; 0 undecided/)
    assert.match(text, /all healed +median/)
    assert.match(text, /a silent name server: left out, it takes a namespace/)
    assert.match(text, /no violation$/)
  })

  it('disturbs the name server by which clients find theirs, where the system allows it', async (t) => {
    const chaos = join(__dirname, '..', 'main.ts')
    const args = ['--seconds', '0', '--seed', '11', '--only', 'name server', '--name-server']
    const words = [process.execPath, '--import', 'tsx', chaos, ...args]
    const runIn = ([program, ...before]: string[]) =>
      promisify(execFile)(program as string, [...before, ...words], { env: withoutRunner() })
    const ended = await withNamespace(asksNameServer(), runIn)
    if (ended === undefined) return t.skip(TAKES)
    const [, lookUps, disturbed] = /look-ups of names: (\d+), of which (\d+) met/.exec(ended.stdout) ?? []
    assert.ok(Number(disturbed) > 0 && Number(lookUps) > Number(disturbed), ended.stdout)
    assert.match(ended.stdout, /name server (silent|slow) +\d/)
    assert.match(ended.stdout, /name server (silent|slow), answers again +median/)
    assert.match(ended.stdout, /no violation\n$/)
  })

  for (const sabotage of ALL_SABOTAGES) {
    it(`finds a client with the defect ${sabotage}`, async () => {
      const { isClean, text } = await run(sabotage)
      assert.ok(!isClean, text)
      assert.match(text, SAYS[sabotage])
    })
  }
})

describe('the command line', () => {
  it('gives seconds, seed and choices', () => {
    assert.deepEqual(readPlan({ seconds: '5', seed: '7', sabotage: 'lost-write', only: 'frozen' }), {
      seconds: 5,
      seed: 7,
      sabotage: 'lost-write',
      only: 'frozen',
      hasNameServer: false,
    })
    assert.equal(readPlan({ 'name-server': true }).hasNameServer, true)
    assert.equal(readPlan({}).seconds, 60)
  })

  it('refuses what cannot be meant', () => {
    assert.throws(() => readPlan({ seconds: 'long' }), /--seconds must be a whole number from 0 on, got long/)
    assert.throws(() => readPlan({ seed: '-1' }), /--seed must be a whole number/)
    assert.throws(
      () => chosenFaults(allFaults(undefined), 'name server'),
      /--only must be part of the name of a fault, got name server; there are replica server stopped, /,
    )
    assert.throws(() => readPlan({ sabotage: 'x' }), /--sabotage must be one of lost-write, .*, got x/)
  })
})
