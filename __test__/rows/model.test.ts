// Runs random operations through the whole API on a local cluster and on a plain model, which must agree after each.
// Every run draws another seed; a failure names the seed and the command that repeats it.
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

/** How many steps a report shows. */
const SHOWN = 10

/** How many reads run concurrently, now and then. */
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
    // No expected refusal leaves it open whether the write was made.
    const { code, maybeApplied = false } = error as { code?: string; maybeApplied?: boolean }
    if (error instanceof Refusal || (code !== undefined && !maybeApplied)) return { refused: String(code) }
    throw error
  }
}

/** The result, in which expiry times close to the expected ones are replaced by those. */
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

/** Runs steps until table and model differ. */
async function run(table: Table): Promise<void> {
  const draw = new Draw(seed)
  const model = new Model()
  const last: string[] = []
  for (let number = 0; number < steps; ) {
    const drawn = Array.from({ length: draw.once(20) ? SIDE_BY_SIDE : 1 }, () => drawStep(draw))
    // A write runs alone, so that its order is known.
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
    // Longer than any call takes on a busy machine.
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
