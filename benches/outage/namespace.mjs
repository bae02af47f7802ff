// Runs a measurement as a program in a namespace of its own, so that what it needs changes nothing for others.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { withNamespace } from '../../scripts/network/namespace.mjs'
import { Bench } from './bench.mjs'

/**
 * Runs the program at `url` in a namespace with these differences, as `withNamespace` takes them. Returns what it
 * measured; `undefined` where there are no such namespaces.
 */
export function inNamespace(url, { packageFolder, isQuick }, differences) {
  const program = [process.execPath, fileURLToPath(url), packageFolder, String(isQuick)]
  return withNamespace(differences, async (command) => {
    const { code, printed } = await outputOf([...command, ...program])
    if (code !== 0) throw new Error(`${basename(program[1])} ended with ${code} in its namespace`)
    return JSON.parse(printed)
  })
}

/** How a program ends, and what it prints. */
async function outputOf([program, ...args]) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let printed = ''
  child.stdout.on('data', (text) => {
    printed += text
  })
  const [code] = await once(child, 'close')
  return { code, printed }
}

/** Carries out `measure(bench)` if the file at `url` is the program that {@link inNamespace} runs. */
export async function whenProgram(url, measure) {
  if (process.argv[1] !== fileURLToPath(url)) return
  const [packageFolder, isQuick] = process.argv.slice(2)
  const measured = await measure(new Bench({ packageFolder, isQuick: isQuick === 'true' }))
  process.stdout.write(JSON.stringify(measured))
}
