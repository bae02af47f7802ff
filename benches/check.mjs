// Checks that the benchmarks still work: the tests of their parts, then smoke runs.
import { root, run } from '../scripts/run.mjs'
import { filesUnder } from '../scripts/stamps.mjs'
import { rustTests } from '../scripts/tests/rust-tests.mjs'
import { prepareBenches } from './prepare.mjs'

prepareBenches()
const tests = filesUnder('benches').filter((file) => file.endsWith('.test.mjs'))
const code = await rustTests(['--quiet', '--package', 'pegasus-benches'])
if (code !== 0) process.exit(code)
run(process.execPath, ['--test', ...tests], { cwd: root })
for (const work of ['get', 'outage', 'scaling']) {
  run(process.execPath, ['benches/run.mjs', '--quick', '--only', work], { cwd: root })
}
