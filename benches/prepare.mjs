// Builds and installs what the benchmarks need and what is missing of it.
import { prepare } from '../scripts/prepare.mjs'
import { run } from '../scripts/run.mjs'
import { unlessDone } from '../scripts/stamps.mjs'

export function prepareBenches() {
  prepare()
  unlessDone('benches-dependencies', {
    sources: ['benches/package-lock.json'],
    results: ['benches/node_modules/.package-lock.json'],
    make: () => run('npm', ['ci', '--no-audit', '--no-fund', '--prefix', 'benches']),
  })
  // Cargo knows best what is missing.
  run('cargo', [
    'build',
    '--release',
    '--quiet',
    '--package',
    'pegasus-local',
    '--package',
    'pegasus-benches',
  ])
}
