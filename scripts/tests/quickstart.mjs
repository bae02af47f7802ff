import { prepare } from '../build/prepare.mjs'
import { run } from '../run.mjs'

prepare()
run(process.execPath, ['examples/quickstart.mjs'])
