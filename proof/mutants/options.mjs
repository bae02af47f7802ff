// The command line of `npm run mutants`.
import { statSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import { parseArgs } from 'node:util'

export const USAGE = `usage: npm run mutants -- FILE [...] [options]

  FILE              a source file or a folder, as crates/client/src/retry.rs or crates/client/src/routing
  --shard K/N       only part K of N, from 1/N to N/N
  --sample N        only N mutants, drawn by --seed
  --seed S          which sample is drawn; the same seed draws the same mutants
  --survivors       tests those again that survived, for example after a test was added
  --again           tests all of them again
`

/** The packages whose mutants are tested, each with the tests of its own crate. */
export const PACKAGES = { 'crates/client/src': 'pegasus-client', 'crates/protocol/src': 'pegasus-protocol' }

const OPTIONS = {
  shard: { type: 'string' },
  sample: { type: 'string' },
  seed: { type: 'string' },
  survivors: { type: 'boolean', default: false },
  again: { type: 'boolean', default: false },
}

/** Arguments that cannot be used; the message is a sentence that says why. */
export class BadArguments extends Error {}

/** Reads the arguments; paths are looked up from `root`. */
export function readArguments(args, root) {
  const { values, positionals } = parsed(args)
  if (positionals.length === 0) throw new BadArguments(USAGE.trimEnd())
  const { shard, sample, seed, survivors, again } = values
  if ((sample === undefined) !== (seed === undefined)) {
    throw new BadArguments('--sample and --seed go together: the seed says which mutants are drawn.')
  }
  return {
    files: positionals.map((path) => sourcePath(path, root)),
    shard: shard === undefined ? undefined : readShard(shard),
    sample: sample === undefined ? undefined : { count: wholeNumber('--sample', sample), seed },
    survivors,
    again,
  }
}

function parsed(args) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true })
  } catch (error) {
    throw new BadArguments(`${error.message}\n${USAGE.trimEnd()}`)
  }
}

/** A file as it is, a folder as the pattern of everything in it. */
function sourcePath(path, root) {
  const local = relative(root, resolve(root, path)).split(sep).join('/')
  const found = statSync(join(root, local), { throwIfNoEntry: false })
  if (found === undefined) throw new BadArguments(`There is no file or folder ${path}.`)
  const folders = Object.keys(PACKAGES)
  if (!folders.some((folder) => local === folder || local.startsWith(`${folder}/`))) {
    throw new BadArguments(`${path} is not in ${folders.join(' or ')}.`)
  }
  if (found.isDirectory()) return `${local}/**`
  if (!local.endsWith('.rs')) throw new BadArguments(`${path} is not a Rust source file.`)
  return local
}

function readShard(text) {
  const [, number, count] = /^(\d{1,4})\/(\d{1,4})$/.exec(text)?.map(Number) ?? []
  if (number === undefined || number < 1 || number > count) {
    throw new BadArguments(`--shard must be K/N with K from 1 to N, not ${text}.`)
  }
  return { number, count }
}

function wholeNumber(name, text) {
  if (!/^[1-9]\d{0,5}$/.test(text))
    throw new BadArguments(`${name} must be a whole number from 1, not ${text}.`)
  return Number(text)
}
