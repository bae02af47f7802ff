// Runs all tests, Rust first; with arguments, only the JavaScript tests whose path contains one of them.
import { prepare } from '../build/prepare.mjs'
import { root, tryRun } from '../run.mjs'
import { filesUnder } from '../stamps.mjs'
import { rustTests } from './rust-tests.mjs'

/** The interop tests need Python and have a command of their own. */
const INTEROP = 'proof/interop/'
const wanted = process.argv.slice(2)

prepare()
if (wanted.length === 0) {
  const code = await rustTests()
  if (code !== 0) process.exit(code)
}

const files = ['__test__', 'proof']
  .flatMap(filesUnder)
  .filter((file) => file.endsWith('.test.ts') && !file.startsWith(INTEROP))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
if (files.length === 0) {
  process.stderr.write(`no test file in ${root} has a path with ${wanted.join(' or ')}\n`)
  process.exit(1)
}
process.exit(tryRun(process.execPath, ['--import', 'tsx', '--test', ...files]))
