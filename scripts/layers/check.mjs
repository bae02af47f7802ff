// Checks that imports only point down: no circle of files or rooms, and no import against docs/layers.json.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../run.mjs'
import { problemsOf } from './graph.mjs'
import { importsOf, modulesOf } from './rust-imports.mjs'

const RUST_TREES = ['crates/protocol/src', 'crates/client/src', 'crates/local/src', 'src']

const read = (file) => readFileSync(file, 'utf8')
const layersFile = join(root, 'docs/layers.json')
const layers = existsSync(layersFile) ? JSON.parse(read(layersFile)) : {}
const layersOf = Object.fromEntries(
  Object.entries(layers).map(([folder, list]) => [folder, list.map((layer) => layer.rooms)]),
)

let problems = []
for (const tree of RUST_TREES) {
  const rootFile = join(root, tree, 'lib.rs')
  const local = (file) => file.slice(root.length)
  const files = [...modulesOf(rootFile, read).values()].map((module) => local(module.file))
  const edges = importsOf(rootFile, read).map((pair) => pair.map(local))
  problems = problems.concat(problemsOf(tree, files, edges, layersOf))
}
for (const problem of problems) process.stderr.write(`${problem}\n`)
process.exit(problems.length > 0 ? 1 : 0)
