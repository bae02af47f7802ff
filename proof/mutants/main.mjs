// Mutation tests of the client and of the protocol: `npm run mutants -- FILE [...]`. See README.md beside this file.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../scripts/run.mjs'
import { installCargoMutants, listMutants, testMutants } from './cargo-mutants.mjs'
import { describeMutants, sampled, shardOf, staleEquivalents, toRun, verdict } from './choice.mjs'
import { BadArguments, readArguments } from './options.mjs'
import { addResults, readEquivalents, readResults } from './records.mjs'

const resultsFile = join(root, 'proof', 'mutants', 'results.jsonl')
const equivalentsFile = join(root, 'proof', 'mutants', 'equivalent.json')
/** cargo-mutants' exit codes of a run that tested its mutants: all found, some missed, some timed out. */
const TESTED = [0, 2, 3]

const say = (line) => process.stdout.write(`${line}\n`)

/** All mutants of the files, those that the arguments choose, and entries of equivalent.json that are out of date. */
function choose({ files, sample, shard }, equivalents) {
  const all = describeMutants(listMutants(files), (file) => readFileSync(join(root, file), 'utf8'))
  const drawn = sample === undefined ? all : sampled(all, sample.count, sample.seed)
  const mutants = shard === undefined ? drawn : shardOf(drawn, shard)
  say(`${all.length} mutants in ${files.join(', ')}; ${mutants.length} of them chosen`)
  return { all, mutants, stale: staleEquivalents(all, equivalents) }
}

/** Tests mutants and records each outcome as it comes; gives cargo-mutants' exit code. */
async function testAll(mutants, all) {
  const byName = new Map(all.map((mutant) => [mutant.name, mutant]))
  const recorded = new Set()
  const record = (outcomes) => {
    const fresh = [...outcomes].filter(([name]) => byName.has(name) && !recorded.has(name))
    for (const [name] of fresh) recorded.add(name)
    addResults(
      resultsFile,
      fresh.map(([name, outcome]) => {
        const { name: _, ...mutant } = byName.get(name)
        return { ...mutant, outcome }
      }),
    )
  }
  const stopped = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stopped.abort())
  return testMutants(mutants, record, stopped.signal)
}

function report(mutants, stale, equivalents) {
  const { counts, missed, untested } = verdict(mutants, { results: readResults(resultsFile), equivalents })
  for (const { file, change, code } of missed) say(`SURVIVED ${file}: ${change}\n         in: ${code}`)
  for (const { file, change, code } of stale) {
    say(`OUT OF DATE equivalent.json lists what is no mutant of ${file}: ${change}\n         in: ${code}`)
  }
  const found = Object.entries(counts).map(([outcome, count]) => `${count} ${outcome}`)
  say(`${found.join(', ')}, ${missed.length} survived, ${untested.length} not tested yet`)
  return missed.length === 0 && untested.length === 0 && stale.length === 0 ? 0 : 1
}

async function main(args) {
  const options = readArguments(args, root)
  installCargoMutants()
  const equivalents = readEquivalents(equivalentsFile)
  const { all, mutants, stale } = choose(options, equivalents)
  const rest = toRun(mutants, { results: readResults(resultsFile), equivalents, ...options })
  if (rest.length > 0) {
    const code = await testAll(rest, all)
    if (code === undefined) say('stopped; the same command goes on from here')
    else if (!TESTED.includes(code)) say(`cargo-mutants could not test the mutants: exit code ${code}`)
  }
  return report(mutants, stale, equivalents)
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof BadArguments)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 2
}
