// Installs the packages of package-lock.json, unless they are in place. Needs only Node, so that every `npm run` works
// on a fresh clone.
import { pathToFileURL } from 'node:url'
import { run } from '../run.mjs'
import { unlessDone } from '../stamps.mjs'

export function dependencies() {
  unlessDone('dependencies', {
    sources: ['package-lock.json'],
    results: ['node_modules/.package-lock.json'],
    // No package may run scripts during the installation; none that is used here needs to.
    make: () => run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund']),
  })
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) dependencies()
