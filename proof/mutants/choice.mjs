// The pure part of a mutation run: what identifies a mutant, which mutants a run tests, and how the run ends.
import { createHash } from 'node:crypto'

/** A hash of the code in a source file. Its tests, comments on lines of their own and indentation do not count. */
export function sourceHash(text) {
  const [withoutTests] = text.split('\n#[cfg(test)]\nmod tests')
  const lines = withoutTests.split('\n').map((line) => line.trim())
  const code = lines.filter((line) => line !== '' && !line.startsWith('//'))
  return createHash('sha256').update(code.join('\n')).digest('hex').slice(0, 16)
}

/**
 * The mutants of cargo-mutants' list, described without line numbers, so that a comment added above a function changes
 * nothing. `name` is cargo-mutants' own name and is valid for this text of the file only.
 */
export function describeMutants(list, textOf) {
  const copies = new Map()
  return list.map(({ name, file, function: owner, span }) => {
    const text = textOf(file)
    const change = name.replace(/^.*?:\d+:\d+: /, '')
    const code = text.split('\n')[span.start.line - 1].trim()
    const same = keyOf({ file, change, code, copy: 0 })
    const copy = copies.get(same) ?? 0
    copies.set(same, copy + 1)
    return { name, file, function: owner?.function_name ?? '', change, code, copy, source: sourceHash(text) }
  })
}

/** Identifies a mutant. Equal changes on equal lines of a file are told apart by `copy`, from 0. */
export function keyOf({ file, change, code, copy = 0 }) {
  return JSON.stringify([file, change, code, copy])
}

/** `count` of the mutants, the same ones for the same seed, in the order of the list. */
export function sampled(mutants, count, seed) {
  const ranked = mutants.map((mutant, index) => {
    const rank = createHash('sha256')
      .update(`${seed} ${keyOf(mutant)}`)
      .digest('hex')
    return { mutant, index, rank }
  })
  ranked.sort((one, other) => (one.rank < other.rank ? -1 : 1))
  const drawn = ranked.slice(0, count)
  return drawn.sort((one, other) => one.index - other.index).map(({ mutant }) => mutant)
}

/** Part `number` of `count`, counted from 1: every `count`-th mutant. */
export function shardOf(mutants, { number, count }) {
  return mutants.filter((_, index) => index % count === number - 1)
}

/** The recorded result of a mutant, unless the code of its file has changed since. */
export function resultFor(mutant, results) {
  const result = results.get(keyOf(mutant))
  return result?.source === mutant.source ? result : undefined
}

/** The mutants that a run has to test. */
export function toRun(mutants, { results, equivalents, again = false, survivors = false }) {
  return mutants.filter((mutant) => {
    if (equivalents.has(keyOf(mutant))) return false
    const outcome = resultFor(mutant, results)?.outcome
    return again || outcome === undefined || (survivors && outcome === 'missed')
  })
}

/** Counts by outcome, the survivors that nobody explained, and the mutants that still have no outcome. */
export function verdict(mutants, { results, equivalents }) {
  const counts = { caught: 0, timeout: 0, unviable: 0, equivalent: 0 }
  const missed = []
  const untested = []
  for (const mutant of mutants) {
    const outcome = equivalents.has(keyOf(mutant)) ? 'equivalent' : resultFor(mutant, results)?.outcome
    if (outcome === undefined) untested.push(mutant)
    else if (outcome === 'missed') missed.push(mutant)
    else counts[outcome] += 1
  }
  return { counts, missed, untested }
}

/** Entries of the list of equivalent mutants that name no mutant of the files they speak of. */
export function staleEquivalents(mutants, equivalents) {
  const files = new Set(mutants.map(({ file }) => file))
  const keys = new Set(mutants.map(keyOf))
  return [...equivalents.values()].filter((entry) => files.has(entry.file) && !keys.has(keyOf(entry)))
}
