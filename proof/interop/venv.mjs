// Makes a virtual environment with the pinned pypegasus3. Uses nothing but Node and Python.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { tryRun } from '../../scripts/run.mjs'

const folder = fileURLToPath(new URL('.', import.meta.url))
const venv = join(folder, '.venv')
const stamp = join(venv, 'requirements.txt')
const venvPython =
  process.platform === 'win32' ? join(venv, 'Scripts', 'python.exe') : join(venv, 'bin', 'python')
const buildRequirements = join(folder, 'requirements-build.txt')
const requirements = join(folder, 'requirements.txt')

function quietly(program, args) {
  return spawnSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' })
}

/** Finds a Python. The pinned versions fit 3.11, so that comes first. A name may exist and not run, as shims do. */
function findPython() {
  return ['python3.11', 'python3', 'python'].find(
    (name) => quietly(name, ['-c', 'import sys; sys.exit(sys.version_info < (3, 8))']).status === 0,
  )
}

function makeVenv() {
  rmSync(venv, { recursive: true, force: true })
  const python = findPython()
  if (python === undefined) return 'there is no Python 3.8 or later'
  const made = quietly(python, ['-m', 'venv', venv])
  return made.status === 0 ? undefined : `${python} makes no virtual environment: ${made.stderr}`
}

/** Installs Python, but only as root and where apt-get exists. */
function installPython() {
  if (process.getuid?.() !== 0 || quietly('apt-get', ['--version']).status !== 0) return false
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const install = () => tryRun('apt-get', ['install', '-y', 'python3', 'python3-venv'], { env }) === 0
  return install() || (tryRun('apt-get', ['update'], { env }) === 0 && install())
}

function pip(...args) {
  const fixed = ['-m', 'pip', '--disable-pip-version-check', '--quiet', 'install', '--no-deps']
  if (tryRun(venvPython, [...fixed, ...args]) !== 0) fail('pip could not install the requirements')
}

function fail(message) {
  process.stderr.write(`pypegasus3: ${message}\n`)
  process.exit(1)
}

/** Makes the environment unless it exists and works; returns the path of its Python. */
export function prepareVenv() {
  const wanted = readFileSync(buildRequirements, 'utf8') + readFileSync(requirements, 'utf8')
  const isCurrent = existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted
  // After the folder was copied or Python removed, the environment exists but does not run.
  if (isCurrent && quietly(venvPython, ['-c', 'import pypegasus, thrift, twisted']).status === 0)
    return venvPython
  let problem = makeVenv()
  if (problem !== undefined && installPython()) problem = makeVenv()
  if (problem !== undefined)
    fail(
      `${problem}\nInstall Python 3.11 with its venv module (Debian, Ubuntu: apt-get install python3 python3-venv)`,
    )
  pip('--requirement', buildRequirements)
  pip('--no-build-isolation', '--use-pep517', '--requirement', requirements)
  writeFileSync(stamp, wanted)
  return venvPython
}
