// The check of Rust layers: which file names items of which other, and which of that is against the map.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { before, test } from 'node:test'

const LAYERS = join(__dirname, '..', '..', 'scripts', 'layers')

type Sources = Record<string, string>
type Edge = [from: string, to: string]
type Read = (file: string) => string

let importsOf: (root: string, read: Read) => Edge[]
let modulesOf: (root: string, read: Read) => Map<string, { file: string }>
let problemsOf: (
  folder: string,
  files: string[],
  edges: Edge[],
  layersOf: Record<string, string[][]>,
) => string[]

before(async () => {
  ;({ problemsOf } = await import(join(LAYERS, 'graph.mjs')))
  ;({ importsOf, modulesOf } = await import(join(LAYERS, 'rust-imports.mjs')))
})

/** Writes a crate, looks at it, and removes it. */
function look(sources: Sources, layers: string[][] = []) {
  const folder = mkdtempSync(join(tmpdir(), 'pegasus-layers-'))
  try {
    for (const [file, text] of Object.entries(sources)) {
      mkdirSync(dirname(join(folder, 'src', file)), { recursive: true })
      writeFileSync(join(folder, 'src', file), text)
    }
    const read = (file: string) => readFileSync(file, 'utf8')
    const local = (file: string) => file.slice(folder.length + 1)
    const root = join(folder, 'src', 'lib.rs')
    const edges = importsOf(root, read).map(([from, to]): Edge => [local(from), local(to)])
    const files = [...modulesOf(root, read).values()].map((module) => local(module.file))
    const layersOf: Record<string, string[][]> = layers.length > 0 ? { src: layers } : {}
    return {
      edges: edges.map((pair) => pair.join(' -> ')),
      problems: problemsOf('src', files, edges, layersOf),
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const TWO = { 'lib.rs': 'mod high;\nmod low;\n', 'low.rs': 'pub struct Low;\n' }

test('paths in use declarations and in code count, comments, literals and tests do not', () => {
  const { edges } = look({
    'lib.rs': 'mod a;\nmod b;\nmod c;\nmod d;\npub use a::A;\n',
    'a.rs': 'use crate::{b::{self, B}, c as other};\nfn f() { b::g(); other::h() }\n',
    'b.rs': 'pub struct B; // crate::a::A\nconst T: &str = "crate::a::A"; const R: &str = r#"super::a"#;\n',
    'c.rs': "fn h<'a>() -> char { super::d::D; '\"' }\n#[cfg(test)]\nmod tests { use crate::a::A; }\n",
    'd.rs': '#[cfg(test)]\nmod tests;\npub struct D;\n',
  })
  assert.deepEqual(edges, [
    'src/lib.rs -> src/a.rs',
    'src/a.rs -> src/b.rs',
    'src/a.rs -> src/c.rs',
    'src/c.rs -> src/d.rs',
  ])
})

test('a re-export and a child that names its parent make a circle of files and of rooms', () => {
  const { problems } = look({
    'lib.rs': 'mod net;\n',
    'net/mod.rs': 'mod pool;\npub use pool::Pool;\npub trait Dial {}\n',
    'net/pool.rs': 'use super::Dial;\npub struct Pool;\n',
  })
  assert.deepEqual(problems, [
    'circle of files: src/net/mod.rs, src/net/pool.rs',
    'circle of rooms in src/net: mod, pool',
  ])
})

test('rooms can form a circle although their files do not', () => {
  const { problems } = look({
    'lib.rs': 'mod a;\nmod b;\n',
    'a/mod.rs': 'mod one;\nmod two;\n',
    'a/one.rs': 'use crate::b::one::X;\n',
    'a/two.rs': 'pub struct Y;\n',
    'b/mod.rs': 'mod one;\nmod two;\n',
    'b/one.rs': 'pub struct X;\n',
    'b/two.rs': 'use crate::a::two::Y;\n',
  })
  assert.deepEqual(problems, ['circle of rooms in src: a, b'])
})

test('an import must lead to a lower layer', () => {
  const downward = { ...TWO, 'high.rs': 'use crate::low::Low;\n' }
  assert.deepEqual(look(downward, [['high'], ['low']]).problems, [])
  assert.deepEqual(look(downward, [['low'], ['high']]).problems, [
    'upward: src/high.rs names items of src/low.rs, and src/low is not in a layer below high',
  ])
  assert.equal(look(downward, [['low', 'high']]).problems.length, 1)
})

test('nothing names items by the root of the crate', () => {
  const { problems } = look(
    { ...TWO, 'lib.rs': 'mod high;\nmod low;\npub use low::Low;\n', 'high.rs': 'use crate::Low;\n' },
    [['high'], ['low']],
  )
  assert.deepEqual(problems, [
    'upward: src/high.rs names items of src/lib.rs, and src/lib is not in a layer below high',
  ])
})

test('the map lists every room, and no other', () => {
  const sources = { ...TWO, 'high.rs': '' }
  assert.deepEqual(look(sources, [['high']]).problems, ['src/low has no layer'])
  assert.deepEqual(look(sources, [['high'], ['low'], ['gone']]).problems, [
    'src/gone has a layer and does not exist',
  ])
})
