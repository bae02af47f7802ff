// Runs tests of the JavaScript API with an addon built for AddressSanitizer and LeakSanitizer; by default the tests in
// which threads, environments and buffers end at bad moments: `npm run sanitize -- [part of a test's path ...]`
//
// RUSTC_BOOTSTRAP lets the stable compiler accept -Zsanitizer, as in fuzz.mjs. The runtime must be loaded before Node,
// so it is the shared library of gcc; Rust's runtime can only be linked into a program. Linux only.
import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { addonFile } from '../build/build.mjs'
import { prepare } from '../build/prepare.mjs'
import { output, root, run, tryRun } from '../run.mjs'
import { filesUnder } from '../stamps.mjs'

const TESTS = [
  'lifecycle/workers',
  'lifecycle/lifecycle',
  'lifecycle/exit',
  'lifecycle/cancel',
  'scans/scan',
  'scans/count',
  'rows/batch',
  'rows/rows',
  'rows/multi-get',
  'errors/logger',
]
const folder = join(root, 'target', 'sanitize')
const stage = join(folder, 'stage')

/** Builds with little optimization, so that tests meet their deadlines, and with line numbers for the reports. */
function buildAddon() {
  const target = /^host: (.*)$/m.exec(output('rustc', ['-vV']))[1]
  const flags = ['-Zsanitizer=address', '-Zexternal-clangrt', '-Cforce-frame-pointers=yes']
  const env = { ...process.env, RUSTC_BOOTSTRAP: '1', RUSTFLAGS: flags.join(' '), CARGO_TARGET_DIR: folder }
  const profile = ['--config', 'profile.dev.opt-level=1', '--config', 'profile.dev.debug="line-tables-only"']
  run('cargo', ['build', '--package', 'pegasus-node', '--target', target, ...profile], { env })
  return join(folder, target, 'debug', 'libpegasus_node.so')
}

/** Copies the package as the tests need it, with the sanitized addon; the repository keeps its own addon. */
function makeStage(addon) {
  rmSync(stage, { recursive: true, force: true })
  mkdirSync(stage, { recursive: true })
  const parts = ['package.json', 'tsconfig.json', 'dist', 'bin', '__test__', 'scripts']
  for (const part of parts) cpSync(join(root, part), join(stage, part), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(stage, 'node_modules'))
  cpSync(addon, join(stage, addonFile()))
}

function sanitized(detectLeaks) {
  const runtime = output('gcc', ['-print-file-name=libasan.so']).trim()
  const suppressions = join(root, 'scripts', 'proof', 'lsan-suppressions.txt')
  return {
    ...process.env,
    LD_PRELOAD: runtime,
    // Node handles SIGSEGV itself. Two compilers (gcc's runtime, Rust's code) would break the check of one definition.
    ASAN_OPTIONS: `handle_segv=0:detect_odr_violation=0:detect_leaks=${detectLeaks}`,
    LSAN_OPTIONS: `suppressions=${suppressions}`,
  }
}

if (process.platform !== 'linux') throw new Error('npm run sanitize needs Linux and gcc')
const wanted =
  process.argv.length > 2 ? process.argv.slice(2) : TESTS.map((name) => `__test__/${name}.test.ts`)
prepare()
makeStage(buildAddon())
const files = filesUnder('__test__')
  .filter((file) => file.endsWith('.test.ts'))
  .filter((file) => wanted.some((part) => file.includes(part)))
if (files.length === 0) throw new Error(`no test file has a path with ${wanted.join(' or ')}`)
// Leaks are looked for in a process that ends in order: one that a test ends at once leaves memory behind.
run(process.execPath, ['__test__/lifecycle/workers/ended.cjs'], { cwd: stage, env: sanitized(1) })
process.stdout.write('no leak: workers that were ended left nothing behind\n')
const test = ['--import', 'tsx', '--test', ...files]
process.exit(tryRun(process.execPath, test, { cwd: stage, env: sanitized(0) }))
