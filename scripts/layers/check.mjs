// Checks that imports only point down: no circle of files or of rooms, and no import against docs/layers.json.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { dependencies } from '../build/dependencies.mjs'
import { root } from '../run.mjs'
import { problemsOf, roomsByFolder } from './graph.mjs'
import { importsOf, modulesOf } from './rust-imports.mjs'

const read = (file) => readFileSync(file, 'utf8')

/** What is wrong in the crate whose root file is `lib.rs` in this folder, a sentence each. */
function rustProblems(tree, layersOf) {
  const rootFile = join(root, tree, 'lib.rs')
  const local = (file) => file.slice(root.length)
  const files = [...modulesOf(rootFile, read).values()].map((module) => local(module.file))
  const edges = importsOf(rootFile, read).map((pair) => pair.map(local))
  return problemsOf(tree, files, edges, layersOf)
}

dependencies()
// Not imported at the top: it needs what was just installed.
const { typescriptProblems } = await import('./typescript.mjs')
const layers = JSON.parse(read(join(root, 'docs', 'layers.json')))
const layersOf = roomsByFolder(layers)
const rustTrees = Object.keys(layers).filter((folder) => existsSync(join(root, folder, 'lib.rs')))
const problems = [
  ...rustTrees.flatMap((tree) => rustProblems(tree, layersOf)),
  ...(await typescriptProblems(layers)),
]
for (const problem of problems) process.stderr.write(`${problem}\n`)
process.stdout.write(`${Object.keys(layers).length} trees of docs/layers.json: ${problems.length} problems\n`)
process.exit(problems.length > 0 ? 1 : 0)
