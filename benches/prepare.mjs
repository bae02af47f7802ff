// Builds and installs what the benchmarks need, if it is missing.
import { prepare } from '../scripts/build/prepare.mjs'
import { run } from '../scripts/run.mjs'
import { unlessDone } from '../scripts/stamps.mjs'

export function prepareBenches() {
  prepare()
  unlessDone('benches-dependencies', {
    sources: ['benches/package-lock.json'],
    results: ['benches/node_modules/.package-lock.json'],
    make: () => run('npm', ['ci', '--no-audit', '--no-fund', '--prefix', 'benches']),
  })
  // Cargo knows best what is missing. Two builds, so that features of one package do not change the other.
  build('pegasus-local', 'pegasus-benches')
  build('pegasus-bench-async-fn')
}

function build(...packages) {
  const names = packages.flatMap((name) => ['--package', name])
  run('cargo', ['build', '--release', '--quiet', ...names])
}
