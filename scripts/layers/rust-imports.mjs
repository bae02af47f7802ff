// Finds which file of a Rust crate names items of which other file. It reads `use` declarations and paths
// inside code; test code and declarations of child modules do not count.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { codeOnly, withoutTests } from './rust-source.mjs'

/** The module tree under a crate's root file: path of the module (`net::pool`) to its file and children. */
export function modulesOf(rootFile, read) {
  const modules = new Map()
  const visit = (file, folder, path) => {
    const { code, testOnly } = withoutTests(codeOnly(read(file)))
    const module = { path, file, code, children: new Map() }
    modules.set(path, module)
    for (const [, name] of code.matchAll(/\bmod\s+(\w+)\s*;/g)) {
      if (testOnly.has(name)) continue
      const childPath = path === '' ? name : `${path}::${name}`
      module.children.set(name, childPath)
      const flat = join(folder, `${name}.rs`)
      visit(existsSync(flat) ? flat : join(folder, name, 'mod.rs'), join(folder, name), childPath)
    }
  }
  visit(rootFile, dirname(rootFile), '')
  return modules
}

/** Every pair of files `[from, to]` where `from` names an item that stands in, or is re-exported by, `to`. */
export function importsOf(rootFile, read) {
  const modules = modulesOf(rootFile, read)
  const edges = []
  for (const module of modules.values()) {
    const found = new Set()
    const scope = new Map(module.children)
    const paths = []
    const rest = module.code.replace(/\buse\s+([^;]+);/g, (_, tree) => {
      paths.push(...leavesOf(tree))
      return ''
    })
    for (const { segments, name } of paths) {
      const target = resolve(modules, module, segments, scope)
      if (target === undefined) continue
      found.add(target.file)
      if (target.wholeModule) scope.set(name, target.path)
    }
    for (const [path] of rest.matchAll(/\$?\b\w+(?:\s*::\s*\w+)+/g)) {
      const segments = path.replace('$', '').split(/\s*::\s*/)
      const target = resolve(modules, module, segments, scope)
      if (target !== undefined) found.add(target.file)
    }
    found.delete(module.file)
    edges.push(...[...found].map((to) => [module.file, to]))
  }
  return edges
}

/** The paths of a `use` tree, braces multiplied out; `name` is what the path is called in the file. */
function leavesOf(tree) {
  const leaves = []
  const walk = (text, prefix) => {
    for (const part of splitAtTop(text)) {
      const brace = part.indexOf('{')
      if (brace >= 0) {
        const head = part.slice(0, brace).split('::').map(trim).filter(Boolean)
        walk(part.slice(brace + 1, part.lastIndexOf('}')), [...prefix, ...head])
        continue
      }
      const [path, alias] = part.split(/\s+as\s+/)
      const segments = [...prefix, ...path.split('::').map(trim).filter(Boolean)]
      const itself = segments.at(-1) === 'self' && segments.length > 1
      const whole = itself ? segments.slice(0, -1) : segments
      leaves.push({ segments: whole, name: alias?.trim() ?? whole.at(-1) })
    }
  }
  walk(tree, [])
  return leaves
}

function splitAtTop(text) {
  const parts = ['']
  let depth = 0
  for (const char of text) {
    if (char === '{') depth += 1
    if (char === '}') depth -= 1
    if (char === ',' && depth === 0) parts.push('')
    else parts[parts.length - 1] += char
  }
  return parts.map(trim).filter(Boolean)
}

const trim = (text) => text.trim()

/** The module in which a path ends, or undefined where it leads out of the crate or names no module. */
function resolve(modules, from, segments, scope) {
  let rest = segments
  let current = from
  if (rest[0] === 'crate') {
    current = modules.get('')
    rest = rest.slice(1)
  } else if (rest[0] === 'self' || rest[0] === 'super') {
    while (rest[0] === 'self' || rest[0] === 'super') {
      if (rest[0] === 'super') current = modules.get(parentOf(current.path))
      rest = rest.slice(1)
    }
  } else if (scope.has(rest[0])) {
    current = modules.get(scope.get(rest[0]))
    rest = rest.slice(1)
  } else {
    return undefined
  }
  while (rest.length > 0 && current.children.has(rest[0])) {
    current = modules.get(current.children.get(rest[0]))
    rest = rest.slice(1)
  }
  return { file: current.file, path: current.path, wholeModule: rest.length === 0 }
}

function parentOf(path) {
  const end = path.lastIndexOf('::')
  return end < 0 ? '' : path.slice(0, end)
}
