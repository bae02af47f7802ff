// Installs the packed packages into an empty folder, as a user without Rust does, and runs the ten lines of the README
// there: as an ES module, as CommonJS, and as TypeScript.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { addonFile } from '../build/build.mjs'
import { pack } from '../package/pack.mjs'
import { output, root } from '../run.mjs'

const TEN_LINES = /<!-- ten-lines -->\s*```ts\n(.*?)```/s
const IMPORT = /^import (\{.*?\}) from ('.*?')$/gm
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'prepare']

function tenLines() {
  const found = TEN_LINES.exec(readFileSync(join(root, 'README.md'), 'utf8'))
  assert.ok(found, 'README.md has no ts block after <!-- ten-lines -->')
  return found[1]
}

/** Checks that the tarballs have exactly the expected files: one more may be a secret, one less breaks the package. */
function checkContents(packages) {
  const compiled = readdirSync(join(root, 'lib'), { recursive: true })
    .filter((name) => /\.m?ts$/.test(name))
    .map((name) => `dist/${name.replaceAll('\\', '/').replace(/ts$/, 'js')}`)
  const common = ['LICENSE', 'README.md', 'package.json']
  const main = [...common, ...compiled, 'bin/pegasus-local.js', 'index.d.mts', 'index.d.ts']
  assert.deepEqual([...packages.main.files].sort(), main.sort())
  assert.deepEqual(
    [...packages.platform.files].sort(),
    [...common, addonFile(), 'THIRD-PARTY-LICENSES.txt'].sort(),
  )
}

/** The environment of a user without Rust. The folder of Node stays on the path in any case. */
function withoutRust() {
  const rust = ['cargo', 'cargo.exe', 'rustc', 'rustc.exe']
  const hasRust = (folder) => rust.some((name) => existsSync(join(folder, name)))
  const folders = (process.env.PATH ?? '').split(delimiter)
  const kept = folders.filter((folder) => folder === dirname(process.execPath) || !hasRust(folder))
  return { ...process.env, PATH: kept.join(delimiter) }
}

function install(folder, packages, env) {
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  const flags = ['--no-audit', '--no-fund', '--prefer-offline']
  output('npm', ['install', ...flags, packages.platform.path, packages.main.path], { cwd: folder, env })
}

function checkNoInstallScripts(folder) {
  const scoped = readdirSync(join(folder, 'node_modules', '@pegasus-client')).map(
    (name) => `@pegasus-client/${name}`,
  )
  assert.equal(scoped.length, 1, `one platform package is installed, not ${scoped}`)
  for (const name of ['pegasus-client', ...scoped]) {
    const manifest = JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8'))
    const scripts = INSTALL_SCRIPTS.filter((script) => manifest.scripts?.[script] !== undefined)
    assert.deepEqual(scripts, [], `${name} runs scripts when it is installed`)
    assert.ok(!existsSync(join(folder, 'node_modules', name, 'binding.gyp')), `${name} would be compiled`)
  }
}

function compile(folder, file, env) {
  const flags = ['--strict', '--target', 'es2022', '--module', 'nodenext', '--types', 'node']
  const typeRoots = ['--typeRoots', join(root, 'node_modules', '@types')]
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  output(process.execPath, [tsc, ...flags, ...typeRoots, file], { cwd: folder, env })
}

/** Runs the ten lines in each kind of file; returns what they print. */
function runTenLines(folder, env) {
  const lines = tenLines()
  const required = lines.replace(IMPORT, 'const $1 = require($2)')
  writeFileSync(join(folder, 'esm.mjs'), lines)
  writeFileSync(join(folder, 'commonjs.cjs'), `async function main() {\n${required}}\nmain()\n`)
  writeFileSync(join(folder, 'typescript.mts'), lines)
  compile(folder, 'typescript.mts', env)
  const files = ['esm.mjs', 'commonjs.cjs', 'typescript.mjs']
  return files.map((file) => [file, output(process.execPath, [file], { cwd: folder, env })])
}

function checkProgram(folder, env) {
  const program = join(folder, 'node_modules', 'pegasus-client', 'bin', 'pegasus-local.js')
  assert.match(output(process.execPath, [program, '--help'], { cwd: folder, env }), /--table/)
}

const temp = mkdtempSync(join(tmpdir(), 'pegasus-install-'))
try {
  const packages = pack(join(temp, 'tarballs'))
  checkContents(packages)
  const folder = join(temp, 'user')
  mkdirSync(folder)
  const env = withoutRust()
  install(folder, packages, env)
  checkNoInstallScripts(folder)
  checkProgram(folder, env)
  const printed = runTenLines(folder, env)
  for (const [file, text] of printed) {
    assert.notEqual(text, '', `${file} printed nothing`)
    assert.equal(text, printed[0][1], `${file} prints the same as ${printed[0][0]}`)
  }
  console.log(
    `installed without Rust, and the ten lines of the README print in all three ways:\n${printed[0][1]}`,
  )
} finally {
  rmSync(temp, { recursive: true })
}
