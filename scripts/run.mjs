import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** Runs a program with its output on this terminal. If it fails, ends this process with its exit code. */
export function run(program, args, options = {}) {
  const code = tryRun(program, args, options)
  if (code !== 0) process.exit(code)
}

/** As {@link run}, but returns the exit code. */
export function tryRun(program, args, options = {}) {
  const { status, signal, error } = start(program, args, { stdio: 'inherit', ...options })
  if (error !== undefined) throw new Error(`${program} cannot be run: ${error.message}`, { cause: error })
  if (signal !== null) process.stderr.write(`${program} was ended by ${signal}\n`)
  return status ?? 1
}

/** Runs a program and returns what it prints; throws if it fails. */
export function output(program, args, options = {}) {
  const { status, stdout, error } = start(program, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    ...options,
  })
  if (error !== undefined) throw new Error(`${program} cannot be run: ${error.message}`, { cause: error })
  if (status !== 0)
    throw new Error(`${program} ${args.join(' ')} failed with exit code ${status}:\n${stdout}`)
  return stdout
}

/** Runs a program that may fail; returns its exit code and what it prints. */
export function capture(program, args, options = {}) {
  const { status, stdout, stderr, error } = start(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    ...options,
  })
  if (error !== undefined) throw new Error(`${program} cannot be run: ${error.message}`, { cause: error })
  return { status: status ?? 1, stdout, stderr }
}

function start(program, args, options) {
  // On Windows npm and the tools it installs are command files, which only a shell can start.
  const shell = process.platform === 'win32' && program !== process.execPath
  return spawnSync(program, args, { cwd: root, shell, ...options })
}

/** Runs a program that npm installed for this repository. */
export function runTool(script, args, options = {}) {
  run(process.execPath, [`${root}/node_modules/${script}`, ...args], options)
}
