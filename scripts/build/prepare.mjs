// Makes all that a run of this package needs: dependencies, dist/ and the addon. Parts that exist and were made from
// the present sources are kept.
import { pathToFileURL } from 'node:url'
import { unlessDone } from '../stamps.mjs'
import { addonFile, build } from './build.mjs'
import { dependencies } from './dependencies.mjs'

const RUST_SOURCES = ['Cargo.toml', 'Cargo.lock', 'build.rs', 'scripts/build/build.mjs', 'src', 'crates']

export function prepare() {
  dependencies()
  unlessDone('ts', {
    sources: ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'lib'],
    results: ['dist/index.js', 'dist/index.mjs'],
    make: () => build('ts'),
  })
  unlessDone('addon', { sources: RUST_SOURCES, results: [addonFile()], make: () => build('addon') })
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) prepare()
