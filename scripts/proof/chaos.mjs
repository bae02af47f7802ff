// Random operations against random faults: `npm run chaos -- --seconds 60 --seed 7`. See docs/chaos.md.
import { prepare } from '../build/prepare.mjs'
import { run } from '../run.mjs'

prepare()
run(process.execPath, ['--import', 'tsx', 'proof/chaos/main.ts', ...process.argv.slice(2)])
