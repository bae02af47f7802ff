// The check of TypeScript layers: it must fail on an import that points up and on every kind of circle.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { before, test } from 'node:test'

type Layers = Record<string, { rooms: string[]; what: string }[]>

let typescriptProblems: (layers: Layers, base: string) => Promise<string[]>

before(async () => {
  const file = join(__dirname, '..', '..', 'scripts', 'layers', 'typescript.mjs')
  ;({ typescriptProblems } = await import(file))
})

/** Writes a tree `lib` whose layers are high, low and base, looks at it, and removes it. */
async function problems(sources: Record<string, string>, rooms = [['high'], ['low'], ['base']]) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'pegasus-layers-')))
  try {
    for (const [file, text] of Object.entries(sources)) {
      mkdirSync(dirname(join(folder, 'lib', file)), { recursive: true })
      writeFileSync(join(folder, 'lib', file), text)
    }
    return await typescriptProblems({ lib: rooms.map((layer) => ({ rooms: layer, what: '' })) }, folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const DOWN = {
  'index.ts': "export * from './high/a'\nexport type { Base } from './base'\n",
  'index.mts': "export { a } from './index.js'\n",
  'high/a.ts': "import { low } from '../low/b'\nexport const a = low\n",
  'low/b.ts': "import type { Base } from '../base'\nexport const low: Base = 1\n",
  'base.ts': 'export type Base = number\n',
}

test('imports that point down are fine, and the entry may name every layer', async () => {
  assert.deepEqual(await problems(DOWN), [])
})

test('an import that points up is a problem, also one of a type only', async () => {
  const up = {
    ...DOWN,
    'base.ts': "export type { X as Base } from './low/c'\n",
    'low/c.ts': 'export type X = number\n',
  }
  assert.deepEqual(await problems(up), [
    'circle of rooms in lib: base, low',
    'upward: lib/base.ts names items of lib/low/c.ts, and lib/low is not in a layer below base',
  ])
})

test('rooms of one layer may not name each other', async () => {
  assert.deepEqual(await problems(DOWN, [['high'], ['low', 'base']]), [
    'upward: lib/low/b.ts names items of lib/base.ts, and lib/base is not in a layer below low',
  ])
})

test('files that import each other are a circle, also by their types only', async () => {
  const circle = {
    ...DOWN,
    'low/c.ts': "import type { D } from './d'\nexport type C = D\n",
    'low/d.ts': "import type { C } from './c'\nexport type D = C\n",
  }
  assert.deepEqual(await problems(circle), [
    'circle of files: lib/low/c.ts, lib/low/d.ts',
    'circle of rooms in lib/low: c, d',
  ])
})

test('folders deep in a room that import each other are a circle, though no file is in one', async () => {
  const circle = {
    ...DOWN,
    'low/x/one.ts': "export { two } from '../y/two'\n",
    'low/x/three.ts': 'export const three = 3\n',
    'low/y/two.ts': "export { three as two } from '../x/three'\n",
  }
  assert.deepEqual(await problems(circle), ['circle of rooms in lib/low: x, y'])
})

test('a room without a layer, a layer without its room, and an import of nothing are problems', async () => {
  const odd = { ...DOWN, 'new.ts': "export * from './gone'\n" }
  assert.deepEqual(await problems(odd, [['high'], ['low'], ['base', 'old']]), [
    'lib/new.ts imports ./gone, which is not there',
    'lib/new has no layer',
    'lib/old has a layer and does not exist',
  ])
})

test('a tree that is not there is a problem, a tree without such files is left to others', async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'pegasus-layers-')))
  mkdirSync(join(folder, 'rust'))
  writeFileSync(join(folder, 'rust', 'lib.rs'), '')
  const layers = { rust: [{ rooms: ['a'], what: '' }], gone: [] }
  assert.deepEqual(await typescriptProblems(layers, folder), ['gone has layers and does not exist'])
  rmSync(folder, { recursive: true })
})
