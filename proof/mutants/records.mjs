// The two committed files: outcomes of mutants, and mutants that change nothing.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { keyOf } from './choice.mjs'

/** Results by mutant; none where the file does not exist yet. */
export function readResults(file) {
  if (!existsSync(file)) return new Map()
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean)
  return new Map(lines.map((line) => JSON.parse(line)).map((result) => [keyOf(result), result]))
}

/** Mutants that change nothing, by mutant. Each entry gives its reason. */
export function readEquivalents(file) {
  const entries = JSON.parse(readFileSync(file, 'utf8'))
  for (const entry of entries) {
    if (typeof entry.reason !== 'string' || entry.reason === '') {
      throw new Error(`${file}: "${entry.change}" in ${entry.file} has no reason`)
    }
  }
  return new Map(entries.map((entry) => [keyOf(entry), entry]))
}

/**
 * Adds outcomes to the file. Results that were recorded for other code of the same source files are dropped. The file
 * is replaced as a whole, so a run that is killed leaves the old one or the new one.
 */
export function addResults(file, fresh) {
  if (fresh.length === 0) return
  const sources = new Map(fresh.map((result) => [result.file, result.source]))
  const isCurrent = ({ file: name, source }) => !sources.has(name) || sources.get(name) === source
  const kept = [...readResults(file).values()].filter(isCurrent)
  const all = new Map([...kept, ...fresh].map((result) => [keyOf(result), result]))
  const sorted = [...all.values()].sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))
  const partial = `${file}.${process.pid}`
  writeFileSync(partial, sorted.map((result) => `${JSON.stringify(result)}\n`).join(''))
  renameSync(partial, file)
}
