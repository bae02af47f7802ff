// Builds the named parts: addon (the .node file beside package.json), ts (dist/), types (index.d.ts).
import { copyFileSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { output, root, run, runTool } from '../run.mjs'
import { dependencies } from './dependencies.mjs'

const require = createRequire(import.meta.url)
const TYPES_HEADER = '// Made from lib/ by `npm run build:types`.\n/// <reference types="node" />\n\n'

/** Separates the flags in CARGO_ENCODED_RUSTFLAGS, which may contain spaces. */
const SEPARATOR = '\u001f'
const LIBRARY_NAMES = { win32: 'pegasus_node.dll', darwin: 'libpegasus_node.dylib' }

/** The file name of the addon. It needs dist/, which has the name of this platform. */
export function addonFile() {
  const { platformTriple } = require('../../dist/crossing/loader.js')
  return `pegasus-client.${platformTriple()}.node`
}

/** The environment of a build without paths of this machine: panics name source files, and the addon is published. */
function withoutPaths() {
  const cargoHome = process.env.CARGO_HOME ?? join(homedir(), '.cargo')
  const remaps = [
    [root, 'pegasus-client/'],
    [join(cargoHome, 'registry', 'src'), 'registry'],
    [output('rustc', ['--print', 'sysroot']).trim(), 'rust'],
  ]
  const given = process.env.CARGO_ENCODED_RUSTFLAGS ?? process.env.RUSTFLAGS?.split(/\s+/).join(SEPARATOR)
  const flags = [given, ...remaps.map(([from, to]) => `--remap-path-prefix=${from}=${to}`)]
  return { ...process.env, CARGO_ENCODED_RUSTFLAGS: flags.filter(Boolean).join(SEPARATOR) }
}

function buildAddon() {
  run('cargo', ['build', '--release', '--package', 'pegasus-node'], { env: withoutPaths() })
  const metadata = JSON.parse(output('cargo', ['metadata', '--no-deps', '--format-version', '1']))
  const library = LIBRARY_NAMES[process.platform] ?? 'libpegasus_node.so'
  const target = join(root, addonFile())
  // Renamed into place: a process that uses the old file keeps it, and concurrent builds do not collide.
  const fresh = `${target}.${process.pid}`
  copyFileSync(join(metadata.target_directory, 'release', library), fresh)
  renameSync(fresh, target)
}

function buildTs() {
  rmSync(join(root, 'dist'), { recursive: true, force: true })
  runTool('typescript/bin/tsc', ['--project', 'tsconfig.build.json'])
}

export function buildTypes(file = join(root, 'index.d.ts')) {
  const options = ['--silent', '--no-banner', '--export-referenced-types=false']
  const project = ['--project', 'tsconfig.build.json']
  runTool('dts-bundle-generator/dist/bin/dts-bundle-generator.js', [
    ...options,
    ...project,
    '-o',
    file,
    'lib/index.ts',
  ])
  writeFileSync(file, TYPES_HEADER + readFileSync(file, 'utf8'))
}

/** The parts in the order in which they need each other. */
const PARTS = { ts: buildTs, addon: buildAddon, types: buildTypes }

export function build(...names) {
  dependencies()
  for (const [name, make] of Object.entries(PARTS)) {
    if (names.includes(name)) make()
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) build(...process.argv.slice(2))
