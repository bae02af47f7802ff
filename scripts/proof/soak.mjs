// Measures what a process holds under the load of a service: `npm run soak -- --minutes 10`. See docs/chaos.md.
import { prepare } from '../build/prepare.mjs'
import { run } from '../run.mjs'

prepare()
run(process.execPath, ['--import', 'tsx', 'proof/soak/main.ts', ...process.argv.slice(2)])
