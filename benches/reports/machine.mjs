// The machine that figures were measured on.
import { cpus, release, totalmem, type } from 'node:os'
import { output } from '../../scripts/run.mjs'

export function machine() {
  const [{ model }] = cpus()
  return {
    cpu: model,
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.version,
    rust: output('rustc', ['--version']).trim(),
  }
}

export const today = () => new Date().toISOString().slice(0, 10)

/** The line above a table of figures. */
export function placeAndDate({ cpu, cores, node }, date) {
  return `Measured ${date} on ${cores} cores of ${cpu}, Node.js ${node}, the server on the same machine.`
}
