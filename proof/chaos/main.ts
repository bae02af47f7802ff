// Random operations against random faults: `npm run chaos -- --seconds 60 --seed 7`. See docs/chaos.md.

import { parseArgs } from 'node:util'
import { readPlan, runChaos } from './run'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string' },
    seed: { type: 'string' },
    sabotage: { type: 'string' },
    only: { type: 'string' },
    // This process is in a namespace in which look-ups ask the name server that the run starts.
    'name-server': { type: 'boolean', default: false },
  },
})

runChaos(readPlan(values), (line) => process.stdout.write(`${line}\n`)).then(
  (isClean) => {
    process.exitCode = isClean ? 0 : 1
  },
  (error: unknown) => {
    process.stderr.write(`chaos could not go on: ${error instanceof Error ? error.stack : error}\n`)
    process.exitCode = 2
  },
)
