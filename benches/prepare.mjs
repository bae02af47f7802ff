// Builds and installs what the benchmarks need and what is missing of it.
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
  // Cargo knows best what is missing. Apart from each other: features of one must not change the other.
  build('pegasus-local', 'pegasus-benches')
  build('pegasus-bench-async-fn')
}

function build(...packages) {
  const names = packages.flatMap((name) => ['--package', name])
  run('cargo', ['build', '--release', '--quiet', ...names])
}
