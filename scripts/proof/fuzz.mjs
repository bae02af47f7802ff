// Fuzzes the code that reads bytes from peers: `npm run fuzz -- [--seconds N] [target ...]`, by default every
// target for 30 seconds. Inputs that reach new code are kept in proof/fuzz/corpus/, findings in
// proof/fuzz/artifacts/; the exit code is 1 if there are findings.
//
// cargo-fuzz asks for a nightly toolchain because it builds with -Zsanitizer=address. RUSTC_BOOTSTRAP lets
// the stable compiler accept that flag, and its runtime comes with the toolchain. The crates have no unsafe
// code, but their dependencies do. And only with the sanitizer does libFuzzer see allocations (a huge one
// that a length from the wire asked for is a finding) and comparisons (so that it finds names of RPCs).
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { output, root, run, tryRun } from '../run.mjs'

const folder = join(root, 'proof', 'fuzz')
const corpus = join(folder, 'corpus')
const env = { ...process.env, RUSTC_BOOTSTRAP: '1', CARGO_TARGET_DIR: join(folder, 'target') }
const options = { env, cwd: folder }

/** Inputs have a few kilobytes; a valid one needs neither more memory nor more time. */
const LIMITS = ['-malloc_limit_mb=64', '-rss_limit_mb=2048', '-timeout=10']

const { values, positionals } = parseArgs({
  options: { seconds: { type: 'string', default: '30' } },
  allowPositionals: true,
})
const seconds = Number(values.seconds)
if (!Number.isInteger(seconds) || seconds < 1) fail(`--seconds must be a whole number, not ${values.seconds}`)

if (tryRun('cargo', ['fuzz', '--version'], { stdio: 'ignore' }) !== 0) {
  run('cargo', ['install', 'cargo-fuzz', '--locked'])
}
const known = output('cargo', ['fuzz', 'list'], options).trim().split('\n')
const targets = positionals.length === 0 ? known : positionals
for (const target of targets) {
  if (!known.includes(target)) fail(`no target is called ${target}; there are ${known.join(', ')}`)
}

run('cargo', ['run', '--quiet', '--locked', '--example', 'seeds', '--', corpus], options)
addRecordings()
run('cargo', ['fuzz', 'build'], options)

const results = targets.map(fuzz)
for (const { target, executions, artifacts } of results) {
  const findings = artifacts.length === 0 ? 'no findings' : `FOUND ${artifacts.join(' ')}`
  process.stdout.write(`${target.padEnd(16)} ${String(executions).padStart(11)} executions, ${findings}\n`)
}
process.exit(results.some(({ isClean }) => !isClean) ? 1 : 0)

/** Runs one target until its time is over or it has a finding. */
function fuzz(target) {
  process.stdout.write(`${target}: ${seconds} s\n`)
  const flags = [`-max_total_time=${seconds}`, '-print_final_stats=1', ...LIMITS]
  const { status, stderr, error } = spawnSync('cargo', ['fuzz', 'run', target, '--', ...flags], {
    ...options,
    encoding: 'utf8',
    stdio: ['ignore', 'inherit', 'pipe'],
    maxBuffer: 1 << 30,
  })
  if (error !== undefined) throw error
  // Prints what the fuzzer says of a finding, without its lines of progress.
  if (status !== 0) process.stderr.write(stderr.replace(/^#\d+\t.*\n/gm, ''))
  const counts = [...stderr.matchAll(/^(?:stat::number_of_executed_units: |#)(\d+)/gm)].map((match) =>
    Number(match[1]),
  )
  const artifacts = [...stderr.matchAll(/Test unit written to (\S+)/g)].map((match) => match[1])
  return { target, executions: Math.max(0, ...counts), artifacts, isClean: status === 0 }
}

/** Adds frames recorded with a real server as seeds, if the recordings are there. */
function addRecordings() {
  const file = join(root, '..', 'shared', 'conformance', 'frames.jsonl')
  if (!existsSync(file)) return
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean)
  for (const [index, { request, response }] of lines.map((line) => JSON.parse(line)).entries()) {
    put('requests', index, request)
    put('replies', index, response)
  }
}

function put(target, index, hex) {
  if (typeof hex !== 'string') return
  mkdirSync(join(corpus, target), { recursive: true })
  writeFileSync(join(corpus, target, `recorded-${index}`), Buffer.from(hex, 'hex'))
}

function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exit(2)
}
