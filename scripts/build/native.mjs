// Makes lib/crossing/native.ts, the TypeScript side of what src/ marks with #[napi].
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { output, root, run } from '../run.mjs'
import { filesUnder } from '../stamps.mjs'
import { dependencies } from './dependencies.mjs'

export const FILE = 'lib/crossing/native.ts'
const HEADER = `// Made from src/ by \`npm run build:native\`.
// The numbers and shapes that JavaScript and the addon agree on. Their only source is what src/ marks with #[napi].
`

/** napi-derive describes each marked item in a line of JSON while the addon is compiled. */
function definitions() {
  const folder = mkdtempSync(join(tmpdir(), 'pegasus-native-'))
  try {
    // The folder is new, so cargo compiles the addon again: its build script watches this variable.
    const env = { ...process.env, NAPI_TYPE_DEF_TMP_FOLDER: folder }
    run('cargo', ['check', '--quiet', '--package', 'pegasus-node'], { env })
    const lines = readFileSync(join(folder, 'pegasus-node'), 'utf8').trimEnd().split('\n')
    return lines.map((line) => JSON.parse(line))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The literal of each constant, which the definitions leave out. */
function literals() {
  const values = new Map()
  for (const file of filesUnder('src')) {
    const constants = readFileSync(join(root, file), 'utf8').matchAll(
      /#\[napi\]\npub const (\w+): \w+ = (-?\w+);/g,
    )
    for (const [, name, literal] of constants) values.set(name, literal)
  }
  return values
}

const camelCase = (name) => name.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase())

/** Names between backticks as JavaScript spells them. */
const inCamelCase = (doc) => doc.replace(/`[a-z][a-z0-9]*(?:_[a-z0-9]+)+`/g, camelCase)

/** TypeScript of the definitions: constants, enums, types, the module, then its objects and classes. */
function typescript(items) {
  const values = literals()
  const of = (...kinds) => items.filter(({ kind }) => kinds.includes(kind))
  const members = (name) => of('impl').filter((impl) => impl.name === name)
  const parts = [
    ...of('const').map(({ name, js_doc }) => {
      if (!values.has(name)) throw new Error(`the value of ${name} is no literal in src/`)
      return `${js_doc}export const ${name} = ${values.get(name)}`
    }),
    ...of('enum').map(({ name, js_doc, def }) => `${js_doc}export enum ${name} {\n${def}\n}`),
    ...of('string_enum').map(({ name, js_doc, def }) => {
      const strings = [...def.matchAll(/'\w+'/g)].join(' | ')
      return `${js_doc}export type ${name} = ${strings}`
    }),
    interfaceOf('Native', '/** What the addon exports, its constants and enums aside. */\n', of('fn')),
    ...of('struct').map(({ name, js_doc }) => interfaceOf(name, js_doc, members(name))),
    ...of('interface').map((item) => interfaceOf(item.name, item.js_doc, [item])),
  ]
  const known = ['const', 'enum', 'string_enum', 'fn', 'struct', 'interface', 'impl']
  const other = items.find(({ kind }) => !known.includes(kind))
  if (other !== undefined) throw new Error(`${other.name}: nothing here knows how to write a ${other.kind}`)
  return inCamelCase(parts.join('\n\n')).replace(/\bArray<(\w+)>/g, '$1[]')
}

function interfaceOf(name, doc, items) {
  const body = items.map(({ kind, js_doc, def }) => (kind === 'fn' ? `${js_doc}${def}` : def)).join('\n')
  const fields = body.replace(/^\s*function /gm, '').replace(/^\s*get (\w+)\(\)/gm, 'readonly $1')
  return `${doc}export interface ${name} {\n${fields}\n}`
}

function formatted(source) {
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome')
  const stdio = ['pipe', 'pipe', 'inherit']
  return output(process.execPath, [biome, 'format', `--stdin-file-path=${FILE}`], { input: source, stdio })
}

/** What the file must hold. */
export function nativeTypes() {
  dependencies()
  return formatted(`${HEADER}\n${typescript(definitions())}\n`)
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) writeFileSync(join(root, FILE), nativeTypes())
