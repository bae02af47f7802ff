// Random operations through the whole API on a local cluster and on a plain model, which must agree after each
// of them. Every run draws another seed; one that fails names it and says how to do the same again.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { inspect } from 'node:util'
import { LocalCluster, PegasusClient, type Table } from 'pegasus-client'
import { Expiry, Model, Refusal } from '../support/model'
import { drawStep, type Step } from '../support/model-operations'
import { Draw } from '../support/model-random'

const seed = fromEnvironment('PEGASUS_MODEL_SEED') ?? Math.floor(Math.random() * 2 ** 32)
const steps = fromEnvironment('PEGASUS_MODEL_STEPS') ?? 1500

const TABLES = { one: 1, three: 3, eight: 8 }

/** Steps that a report shows. */
const SHOWN = 10

/** How many reads run side by side, now and then. */
const SIDE_BY_SIDE = 6

function fromEnvironment(name: string): number | undefined {
  const text = process.env[name]
  if (text === undefined) return undefined
  assert.match(text, /^\d+$/, `${name} must be a number`)
  return Number(text)
}

type Outcome = { result: unknown } | { refused: string }

async function outcome(call: () => unknown): Promise<Outcome> {
  try {
    return { result: await call() }
  } catch (error) {
    // None of the refusals that are expected leaves a doubt whether a write was done.
    const { code, maybeApplied = false } = error as { code?: string; maybeApplied?: boolean }
    if (error instanceof Refusal || (code !== undefined && !maybeApplied)) return { refused: String(code) }
    throw error
  }
}

/** What was found, with moments of expiry that fit made the very ones that were expected. */
function settled(found: unknown, expected: unknown): unknown {
  if (expected instanceof Expiry) return expected.fits(found) ? expected : found
  const isPlain = typeof found === 'object' && found !== null && !Buffer.isBuffer(found)
  if (!isPlain || typeof expected !== 'object' || expected === null) return found
  const settle = (key: string | number, value: unknown) =>
    settled(value, (expected as Record<string | number, unknown>)[key])
  if (Array.isArray(found)) return found.map((value, index) => settle(index, value))
  return Object.fromEntries(Object.entries(found).map(([key, value]) => [key, settle(key, value)]))
}

function show({ name, args }: Step): string {
  const shown = args.map((arg) => inspect(arg, { depth: 9, breakLength: Number.POSITIVE_INFINITY }))
  return `${name}(${shown.join(', ')})`
}

/** Takes steps until table and model differ. */
async function run(table: Table): Promise<void> {
  const draw = new Draw(seed)
  const model = new Model()
  const last: string[] = []
  for (let number = 0; number < steps; ) {
    const drawn = Array.from({ length: draw.once(20) ? SIDE_BY_SIDE : 1 }, () => drawStep(draw))
    // A write runs alone, so that it is known what came before it.
    const together = drawn.length === 1 ? drawn : drawn.filter(({ reads }) => reads)
    for (const step of together) last.push(`  ${number++}: ${show(step)}`)
    last.splice(0, Math.max(0, last.length - SHOWN))
    try {
      await take(table, model, together)
    } catch (cause) {
      const again = `npm run model -- --seed ${seed} --steps ${steps}`
      const what = `table ${table.name} and model differ at step ${number - 1} with seed ${seed}`
      const message = `${what}: ${(cause as Error).message}\nthe last steps:\n${last.join('\n')}\nthe same again: ${again}`
      throw new Error(message, { cause })
    }
  }
}

async function take(table: Table, model: Model, together: Step[]): Promise<void> {
  const outcomes = await Promise.all(together.map((step) => outcome(() => step.call(table))))
  for (const [index, step] of together.entries()) {
    const expected = await outcome(() => step.expect(model))
    assert.deepEqual(settled(outcomes[index], expected), expected)
  }
}

describe('a table and a model of it', () => {
  let cluster: LocalCluster
  let client: PegasusClient

  before(async () => {
    cluster = await LocalCluster.start({ tables: TABLES })
    // Longer than anything takes on a machine that is busy with other things.
    client = await PegasusClient.connect({ metaServers: cluster.metaServers, timeoutMs: 30_000 })
  })
  after(async () => {
    await client?.close()
    await cluster?.stop()
  })

  for (const [name, partitions] of Object.entries(TABLES)) {
    it(`agree, with ${partitions} partitions`, async () => run(await client.openTable(name)))
  }
})
