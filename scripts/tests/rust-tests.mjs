// Runs `cargo test`, and ends it when one test runs longer than 60 s. libtest reports such a test on a line of its
// output, but never ends it. It does not report when tests run on one thread only.
import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { root } from '../run.mjs'

/** In the short format dots precede the message on its line. */
const TOO_LONG = /test (\S.*?)(?: - should panic)? has been running for over \d+ seconds/

/** Runs `cargo test` with these arguments; returns the exit code. */
export function rustTests(args = [], env = process.env) {
  const threads = Math.max(2, Number(env.RUST_TEST_THREADS) || availableParallelism())
  return endedWhenTooLong('cargo', ['test', ...args], { ...env, RUST_TEST_THREADS: String(threads) })
}

/**
 * Runs a program that prints as libtest does; returns its exit code. If it reports a test that runs too long, kills it
 * and all processes it started, prints the test's name to stderr, and returns 1.
 */
export async function endedWhenTooLong(program, args, env = process.env) {
  const isWindows = process.platform === 'win32'
  // Its own process group: one signal reaches cargo and the test program that cargo started.
  const child = spawn(program, args, {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: !isWindows,
  })
  const end = () => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    if (isWindows) spawn('taskkill', ['/pid', String(child.pid), '/T', '/F'])
    else process.kill(-child.pid, 'SIGKILL')
  }
  const stop = () => {
    end()
    process.exit(130)
  }
  // Ctrl-C does not reach another process group.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop)
  let late
  let line = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    process.stdout.write(text)
    line += text
    late ??= TOO_LONG.exec(line)?.[1]
    if (late !== undefined) end()
    line = line.slice(line.lastIndexOf('\n') + 1)
  })
  const code = await new Promise((done, failed) => child.once('error', failed).once('close', done))
  for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, stop)
  if (late === undefined) return code ?? 1
  process.stderr.write(`\n${late} ran longer than 60 s: the tests were ended\n`)
  return 1
}
