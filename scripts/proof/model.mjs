// Compares random operations on a table with a model of it: `npm run model -- --seed 7 --steps 10000`. Without
// --seed each run draws another one.
import { parseArgs } from 'node:util'
import { prepare } from '../build/prepare.mjs'
import { run } from '../run.mjs'

const { values } = parseArgs({ options: { seed: { type: 'string' }, steps: { type: 'string' } } })

prepare()
const env = { ...process.env }
if (values.seed !== undefined) env.PEGASUS_MODEL_SEED = values.seed
if (values.steps !== undefined) env.PEGASUS_MODEL_STEPS = values.steps
run(process.execPath, ['--import', 'tsx', '--test', '__test__/rows/model.test.ts'], { env })
