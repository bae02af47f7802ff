// Runs a measurement as a program in a namespace of its own, so that what it needs changes nothing for others.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Bench } from './bench.mjs'

/**
 * Runs the program at `url` with other contents of `files` (by path), or with a network of its own if `hasNetwork`.
 * Returns what it measured; `undefined` where there are no such namespaces: it takes Linux, and the rights of root.
 */
export async function inNamespace(url, { packageFolder, isQuick }, { files = {}, hasNetwork = false }) {
  const folder = mkdtempSync(join(tmpdir(), 'pegasus-bench-'))
  const steps = Object.entries(files).map(([path, content]) => {
    const replacement = join(folder, basename(path))
    writeFileSync(replacement, content)
    return `mount --bind ${replacement} ${path}`
  })
  if (hasNetwork) steps.push('ip link set lo up')
  const inside = async (program) => {
    const script = [...steps, 'exec "$0" "$@"'].join(' && ')
    return outputOf('unshare', [hasNetwork ? '--net' : '--mount', 'sh', '-c', script, ...program])
  }
  try {
    if ((await inside(['true'])).code !== 0) return undefined
    const program = [process.execPath, fileURLToPath(url), packageFolder, String(isQuick)]
    const { code, printed } = await inside(program)
    if (code !== 0) throw new Error(`${basename(program[1])} ended with ${code} in its namespace`)
    return JSON.parse(printed)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** How a program ends, and what it prints. One that is not there ends with `undefined`. */
async function outputOf(program, args) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let printed = ''
  child.stdout.on('data', (text) => {
    printed += text
  })
  // There is an error, and no end, only where it cannot be started.
  const [code] = await once(child, 'close').catch(() => [])
  return { code, printed }
}

/** Carries out `measure(bench)` if the file at `url` is the program that {@link inNamespace} runs. */
export async function whenProgram(url, measure) {
  if (process.argv[1] !== fileURLToPath(url)) return
  const [packageFolder, isQuick] = process.argv.slice(2)
  const measured = await measure(new Bench({ packageFolder, isQuick: isQuick === 'true' }))
  process.stdout.write(JSON.stringify(measured))
}
