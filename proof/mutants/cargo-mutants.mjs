// Runs cargo-mutants: installs it where it is missing, lists mutants, and tests the chosen ones in a copy of the tree.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { output, root, run, tryRun } from '../../scripts/run.mjs'
import { PACKAGES } from './options.mjs'

/** Everything a run leaves behind; git ignores it, and so does cargo-mutants when it copies the tree. */
const folder = join(root, 'target', 'mutants')
const outcomesFile = join(folder, 'mutants.out', 'outcomes.json')
/** A mutant whose tests run longer than this, and longer than three times the tests as they are, is ended. */
const TIMEOUT_SECONDS = 90
const POLL_MS = 1000
const packages = Object.values(PACKAGES).flatMap((name) => ['--package', name])
const OUTCOMES = { CaughtMutant: 'caught', MissedMutant: 'missed', Timeout: 'timeout', Unviable: 'unviable' }

export function installCargoMutants() {
  if (tryRun('cargo', ['mutants', '--version'], { stdio: 'ignore' }) === 0) return
  run('cargo', ['install', 'cargo-mutants', '--locked'])
}

/** Mutants of the files, as cargo-mutants describes them. */
export function listMutants(files) {
  const chosen = files.flatMap((file) => ['--file', file])
  return JSON.parse(output('cargo', ['mutants', '--no-config', '--list', '--json', ...packages, ...chosen]))
}

/**
 * Tests these mutants, one at a time; `onOutcomes` gets a map from name to outcome whenever there are
 * more of them. Gives the exit code of cargo-mutants, or `undefined` when `signal` stopped it.
 */
export async function testMutants(mutants, onOutcomes, signal) {
  rmSync(join(folder, 'mutants.out'), { recursive: true, force: true })
  const child = spawn('cargo', runArguments(mutants), {
    cwd: root,
    env: buildEnv(),
    stdio: 'inherit',
  })
  // cargo-mutants ends the tests that it started and removes its copy of the tree.
  signal.addEventListener('abort', () => child.kill('SIGINT'))
  const poll = setInterval(() => onOutcomes(readOutcomes()), POLL_MS)
  try {
    const code = await new Promise((done, failed) => child.once('error', failed).once('close', done))
    onOutcomes(readOutcomes())
    return signal.aborted ? undefined : (code ?? undefined)
  } finally {
    clearInterval(poll)
  }
}

function runArguments(mutants) {
  mkdirSync(folder, { recursive: true })
  const config = join(folder, 'chosen.toml')
  // A file, as hundreds of names are too long for a command line. TOML reads the strings of JSON.
  const names = mutants.map(({ name }) => exactly(name))
  writeFileSync(config, `examine_re = ${JSON.stringify(names, undefined, 2)}\n`)
  // cargo-mutants 27 tests mutants that delete a field of a struct whatever their names are: the files bound them.
  const files = [...new Set(mutants.map(({ file }) => file))].flatMap((file) => ['--file', file])
  const limits = ['--minimum-test-timeout', String(TIMEOUT_SECONDS), '--timeout-multiplier', '3']
  const shown = ['--caught', '--unviable']
  // Without doc tests, which take as long as all others and find next to nothing.
  return [
    'mutants',
    '--config',
    config,
    '--output',
    folder,
    ...packages,
    ...files,
    ...limits,
    ...shown,
    '--',
    '--tests',
  ]
}

function exactly(name) {
  return `^${name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}$`
}

/** The copy is built in one folder that stays, so that only a first run builds the dependencies. */
function buildEnv() {
  const fast = { CARGO_PROFILE_DEV_DEBUG: '0', CARGO_PROFILE_TEST_DEBUG: '0' }
  return { ...process.env, ...fast, CARGO_TARGET_DIR: join(folder, 'build') }
}

/** Outcomes by name so far. cargo-mutants writes the file anew after each mutant. */
function readOutcomes() {
  if (!existsSync(outcomesFile)) return new Map()
  let report
  try {
    report = JSON.parse(readFileSync(outcomesFile, 'utf8'))
  } catch (error) {
    // Read while it was being written: the next look finds it whole.
    if (error instanceof SyntaxError) return new Map()
    throw error
  }
  const tested = report.outcomes.filter(({ scenario }) => scenario.Mutant !== undefined)
  return new Map(tested.map(({ scenario, summary }) => [scenario.Mutant.name, outcomeOf(summary)]))
}

function outcomeOf(summary) {
  const outcome = OUTCOMES[summary]
  if (outcome === undefined) throw new Error(`cargo-mutants gives an outcome that is not known: ${summary}`)
  return outcome
}
