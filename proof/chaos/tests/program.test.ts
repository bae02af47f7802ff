import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readPlan, runChaos } from '../run'
import { ALL_SABOTAGES, type Sabotage } from '../sabotage'

/** The shortest run that there is: one round. */
async function run(sabotage?: Sabotage): Promise<{ isClean: boolean; text: string }> {
  const lines: string[] = []
  const isClean = await runChaos({ seconds: 0, seed: 11, sabotage }, (line) => lines.push(line))
  return { isClean, text: lines.join('\n') }
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
    assert.match(text, /no violation$/)
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
  it('gives seconds and seed', () => {
    assert.deepEqual(readPlan({ seconds: '5', seed: '7', sabotage: 'lost-write' }), {
      seconds: 5,
      seed: 7,
      sabotage: 'lost-write',
    })
    assert.equal(readPlan({}).seconds, 60)
  })

  it('refuses what cannot be meant', () => {
    assert.throws(() => readPlan({ seconds: 'long' }), /--seconds must be a whole number from 0 on, got long/)
    assert.throws(() => readPlan({ seed: '-1' }), /--seed must be a whole number/)
    assert.throws(() => readPlan({ sabotage: 'x' }), /--sabotage must be one of lost-write, .*, got x/)
  })
})
