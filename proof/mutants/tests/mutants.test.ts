import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'

const MUTANTS = join(__dirname, '..')
const SOURCE = 'crates/client/src/example.rs'
const TEXT = '/// Doc.\nfn one(a: u8) -> bool {\n    a < 1 || a < 1\n}\n'

interface Mutant {
  name: string
  file: string
  change: string
  code: string
  copy: number
  source: string
}

type Entry = Partial<Mutant> & { outcome?: string; reason?: string }

let choice: {
  describeMutants(list: unknown[], textOf: (file: string) => string): Mutant[]
  keyOf(entry: Entry): string
  sampled(mutants: Mutant[], count: number, seed: string): Mutant[]
  shardOf(mutants: Mutant[], shard: { number: number; count: number }): Mutant[]
  sourceHash(text: string): string
  staleEquivalents(mutants: Mutant[], equivalents: Map<string, Entry>): Entry[]
  toRun(mutants: Mutant[], state: object): Mutant[]
  verdict(
    mutants: Mutant[],
    state: object,
  ): { counts: Record<string, number>; missed: Mutant[]; untested: Mutant[] }
}
let records: {
  addResults(file: string, fresh: Entry[]): void
  readResults(file: string): Map<string, Entry>
  readEquivalents(file: string): Map<string, Entry>
}
let readArguments: (args: string[], root: string) => Record<string, unknown>
let folder: string

before(async () => {
  choice = await import(join(MUTANTS, 'choice.mjs'))
  records = await import(join(MUTANTS, 'records.mjs'))
  ;({ readArguments } = await import(join(MUTANTS, 'options.mjs')))
  folder = mkdtempSync(join(tmpdir(), 'pegasus-mutants-'))
})
after(() => rmSync(folder, { recursive: true }))

/** The two comparisons of {@link TEXT}, as cargo-mutants lists them. */
function mutantsOf(text: string): Mutant[] {
  const line = text.split('\n').findIndex((code) => code.includes('||')) + 1
  const list = [7, 16].map((column) => ({
    name: `${SOURCE}:${line}:${column}: replace < with <= in one`,
    file: SOURCE,
    function: { function_name: 'one' },
    span: { start: { line, column } },
  }))
  return choice.describeMutants(list, () => text)
}

/** What is recorded and explained, by key. */
function state(results: Entry[], equivalents: Entry[] = []) {
  const byKey = (entries: Entry[]) => new Map(entries.map((entry) => [choice.keyOf(entry), entry]))
  return { results: byKey(results), equivalents: byKey(equivalents) }
}

describe('a mutant', () => {
  it('is told apart from an equal change on the same line', () => {
    const [one, two] = mutantsOf(TEXT)
    assert.equal(one?.change, 'replace < with <= in one')
    assert.equal(one?.code, 'a < 1 || a < 1')
    assert.deepEqual([one?.copy, two?.copy], [0, 1])
  })

  it('stays the same when a comment moves its line', () => {
    const moved = mutantsOf(`// New.\n\n${TEXT}`)
    assert.deepEqual(moved.map(choice.keyOf), mutantsOf(TEXT).map(choice.keyOf))
    assert.deepEqual(
      moved.map(({ source }) => source),
      mutantsOf(TEXT).map(({ source }) => source),
    )
  })

  it('has another source when code of its file changes', () => {
    assert.equal(choice.sourceHash(TEXT), choice.sourceHash(`${TEXT}\n#[cfg(test)]\nmod tests {}\n`))
    assert.notEqual(choice.sourceHash(TEXT), choice.sourceHash(TEXT.replace('u8', 'u16')))
  })
})

describe('the choice of mutants', () => {
  const many = Array.from(
    { length: 20 },
    (_, index) => ({ file: SOURCE, change: `${index}`, code: '' }) as Mutant,
  )

  it('draws the same sample for the same seed, in the order of the list', () => {
    const drawn = choice.sampled(many, 5, '7')
    assert.equal(drawn.length, 5)
    assert.deepEqual(drawn, choice.sampled(many, 5, '7'))
    assert.notDeepEqual(drawn, choice.sampled(many, 5, '8'))
    assert.deepEqual(
      drawn,
      many.filter((mutant) => drawn.includes(mutant)),
    )
  })

  it('has each mutant in one shard', () => {
    const shards = [1, 2, 3].flatMap((number) => choice.shardOf(many, { number, count: 3 }))
    assert.equal(shards.length, many.length)
    assert.deepEqual(new Set(shards), new Set(many))
  })

  it('leaves out what is recorded for this source or explained', () => {
    const [one, two] = mutantsOf(TEXT) as [Mutant, Mutant]
    const recorded = [{ ...one, outcome: 'missed' }]
    assert.deepEqual(choice.toRun([one, two], state(recorded)), [two])
    assert.deepEqual(choice.toRun([one, two], state(recorded, [two])), [])
    assert.deepEqual(choice.toRun([one, two], { ...state(recorded), survivors: true }), [one, two])
    assert.deepEqual(choice.toRun([one, two], { ...state(recorded, [two]), again: true }), [one])
    assert.deepEqual(choice.toRun([one], state([{ ...one, source: 'older', outcome: 'caught' }])), [one])
  })
})

describe('the verdict', () => {
  it('names survivors and what is not tested yet', () => {
    const [one, two] = mutantsOf(TEXT) as [Mutant, Mutant]
    const { counts, missed, untested } = choice.verdict([one, two], state([{ ...one, outcome: 'missed' }]))
    assert.deepEqual(counts, { caught: 0, timeout: 0, unviable: 0, equivalent: 0 })
    assert.deepEqual([missed, untested], [[one], [two]])
  })

  it('counts found mutants and explained survivors', () => {
    const [one, two] = mutantsOf(TEXT) as [Mutant, Mutant]
    const recorded = [
      { ...one, outcome: 'missed' },
      { ...two, outcome: 'timeout' },
    ]
    const { counts, missed, untested } = choice.verdict([one, two], state(recorded, [one]))
    assert.deepEqual(counts, { caught: 0, timeout: 1, unviable: 0, equivalent: 1 })
    assert.deepEqual([missed, untested], [[], []])
  })

  it('finds explained mutants that no longer exist', () => {
    const gone = { file: SOURCE, change: 'replace one -> bool with true', code: 'gone', copy: 0 }
    const elsewhere = { ...gone, file: 'crates/client/src/other.rs' }
    const { equivalents } = state([], [gone, elsewhere])
    assert.deepEqual(choice.staleEquivalents(mutantsOf(TEXT), equivalents), [gone])
  })
})

describe('the results file', () => {
  it('keeps one line a mutant, and drops results of older code of the same file', () => {
    const file = join(folder, 'results.jsonl')
    const line = { file: 'a.rs', change: 'one', code: 'x', copy: 0, source: '1', outcome: 'missed' }
    const other = { ...line, file: 'b.rs' }
    records.addResults(file, [line, other])
    records.addResults(file, [{ ...line, outcome: 'caught' }])
    records.addResults(file, [{ ...line, change: 'two', source: '2' }])
    records.addResults(file, [{ ...other, change: 'two' }])
    assert.deepEqual(
      [...records.readResults(file).values()],
      [{ ...line, change: 'two', source: '2' }, other, { ...other, change: 'two' }],
    )
    assert.equal(readFileSync(file, 'utf8').split('\n').length, 4)
  })

  it('wants a reason for each mutant that changes nothing', () => {
    const file = join(folder, 'equivalent.json')
    writeFileSync(file, JSON.stringify([{ file: 'a.rs', change: 'one', code: 'x', copy: 0 }]))
    assert.throws(() => records.readEquivalents(file), /"one" in a\.rs has no reason/)
  })
})

describe('the command line', () => {
  const source = join('crates', 'client', 'src')
  before(() => {
    mkdirSync(join(folder, source, 'net'), { recursive: true })
    writeFileSync(join(folder, source, 'retry.rs'), '')
    writeFileSync(join(folder, 'crates', 'client', 'Cargo.toml'), '')
  })

  it('takes files and folders, a shard and a sample', () => {
    const args = [`./${SOURCE.replace('example', 'retry')}`, 'crates/client/src/net/', '--shard', '2/3']
    assert.deepEqual(readArguments([...args, '--sample', '4', '--seed', 'x'], folder), {
      files: ['crates/client/src/retry.rs', 'crates/client/src/net/**'],
      shard: { number: 2, count: 3 },
      sample: { count: 4, seed: 'x' },
      survivors: false,
      again: false,
    })
  })

  const retry = 'crates/client/src/retry.rs'
  for (const [args, message] of [
    [[], /^usage: npm run mutants -- FILE/],
    [['crates/client/src/none.rs'], /^There is no file or folder crates\/client\/src\/none\.rs\.$/],
    [['crates/client/Cargo.toml'], /^crates\/client\/Cargo\.toml is not in /],
    [[retry, '--shard', '0/3'], /--shard must be K\/N/],
    [[retry, '--shard', '4/3'], /--shard must be K\/N/],
    [[retry, '--sample', '4'], /--sample and --seed go together/],
    [[retry, '--sample', '0', '--seed', '1'], /--sample must be a whole number from 1, not 0/],
    [[retry, '--frob'], /--frob/],
  ] as const) {
    it(`refuses ${args.join(' ') || 'nothing'}`, () => {
      assert.throws(() => readArguments([...args], folder), { message })
    })
  }
})
