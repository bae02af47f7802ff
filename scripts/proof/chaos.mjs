// Random operations against random faults: `npm run chaos -- --seconds 60 --seed 7`. See docs/chaos.md.
import { prepare } from '../build/prepare.mjs'
import { asksNameServer } from '../network/name-server.mjs'
import { withNamespace } from '../network/namespace.mjs'
import { tryRun } from '../run.mjs'

prepare()
const chaos = [process.execPath, '--import', 'tsx', 'proof/chaos/main.ts', ...process.argv.slice(2)]
const start = ([program, ...args]) => tryRun(program, args)
const inNamespace = async (command) => start([...command, ...chaos, '--name-server'])
process.exit((await withNamespace(asksNameServer(), inNamespace)) ?? start(chaos))
