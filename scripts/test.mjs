// Runs all tests, Rust first; with arguments, only the JavaScript tests whose path contains one of them.
import { prepare } from './prepare.mjs'
import { root, run, tryRun } from './run.mjs'
import { filesUnder } from './stamps.mjs'

const wanted = process.argv.slice(2)

prepare()
if (wanted.length === 0) run('cargo', ['test'])

const files = filesUnder('__test__')
  .filter((file) => file.endsWith('.test.ts'))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
if (files.length === 0) {
  process.stderr.write(`no test file under ${root}__test__ has a path with ${wanted.join(' or ')}\n`)
  process.exit(1)
}
process.exit(tryRun(process.execPath, ['--import', 'tsx', '--test', ...files]))
