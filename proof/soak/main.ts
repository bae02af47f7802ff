// Measures what a process holds under the load of a service: `npm run soak -- --minutes 10`. See docs/chaos.md.

import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { runSoak, type SoakPlan } from './run'

const { values } = parseArgs({ options: { minutes: { type: 'string' }, seed: { type: 'string' } } })

function readPlan(): SoakPlan {
  const minutes = Number(values.minutes ?? 1)
  if (!(minutes > 0)) throw new RangeError(`--minutes must be a number above 0, got ${values.minutes}`)
  const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed)
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`--seed must be a whole number from 0 on, got ${values.seed}`)
  }
  return { minutes, seed }
}

runSoak(readPlan(), (line) => process.stdout.write(`${line}\n`)).then(
  (isFlat) => {
    process.exitCode = isFlat ? 0 : 1
  },
  (error: unknown) => {
    process.stderr.write(`the soak could not go on: ${error instanceof Error ? error.stack : error}\n`)
    process.exit(2)
  },
)
