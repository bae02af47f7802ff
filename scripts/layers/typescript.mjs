// Finds which TypeScript or JavaScript file imports which other, with dependency-cruiser, and compares that with the
// layers. Type-only imports count.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cruise } from 'dependency-cruiser'
import { root } from '../run.mjs'
import { problemsOf, roomsByFolder } from './graph.mjs'

const NOT_SOURCES = ['(^|/)(node_modules|target|dist)/', String.raw`\.test\.m?[jt]s$`]

/**
 * What is wrong in the trees of docs/layers.json that hold TypeScript or JavaScript, a sentence each. Trees without
 * such files belong to the check of Rust. Paths in `layers` start at `base`.
 */
export async function typescriptProblems(layers, base = root) {
  const layersOf = roomsByFolder(layers)
  const problems = []
  for (const tree of outermost(Object.keys(layers))) {
    if (!existsSync(join(base, tree))) {
      problems.push(`${tree} has layers and does not exist`)
      continue
    }
    const { files, edges, unresolved } = await importsUnder(tree, base)
    for (const [from, name] of unresolved) problems.push(`${from} imports ${name}, which is not there`)
    if (files.length > 0) problems.push(...problemsOf(tree, files, edges, layersOf))
  }
  return problems
}

/** The folders that are not inside another one of the list. */
function outermost(folders) {
  return folders.filter((folder) => !folders.some((other) => folder.startsWith(`${other}/`)))
}

/** The files of a tree, the pairs of them `[from, to]` where one imports the other, and imports of missing files. */
async function importsUnder(tree, base) {
  const { output } = await cruise([tree], {
    baseDir: base,
    tsPreCompilationDeps: true,
    doNotFollow: { path: `^(?!${tree}/)` },
    exclude: { path: NOT_SOURCES },
  })
  const inTree = output.modules.filter(({ source }) => source.startsWith(`${tree}/`))
  const imports = inTree.flatMap(({ source, dependencies }) => dependencies.map((to) => [source, to]))
  return {
    files: inTree.map(({ source }) => source),
    edges: imports
      .filter(([, to]) => to.resolved.startsWith(`${tree}/`))
      .map(([from, to]) => [from, to.resolved]),
    unresolved: imports
      .filter(([, to]) => to.couldNotResolve && to.module.startsWith('.'))
      .map(([from, to]) => [from, to.module]),
  }
}
