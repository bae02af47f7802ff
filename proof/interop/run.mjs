// Runs the interop tests: makes a virtual environment with the pinned pypegasus3, builds what is missing,
// and starts the tests with that environment's Python. Uses nothing but Node and Python.
import { prepare } from '../../scripts/build/prepare.mjs'
import { root, tryRun } from '../../scripts/run.mjs'
import { prepareVenv } from './venv.mjs'

const python = prepareVenv()
prepare()
const tests = ['--import', 'tsx', '--test', 'proof/interop/pypegasus3.test.ts']
process.exit(tryRun(process.execPath, tests, { cwd: root, env: { ...process.env, PEGASUS_PYTHON: python } }))
