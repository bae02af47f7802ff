import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './run.mjs'

const folder = join(root, 'node_modules', '.cache', 'pegasus-client')

/**
 * Runs `make` unless it already ran for exactly these sources and its results still exist. Compares contents, not times:
 * a checkout changes times.
 */
export function unlessDone(name, { sources, results, make }) {
  const stamp = join(folder, name)
  const hash = hashOf(sources)
  const isDone = existsSync(stamp) && readFileSync(stamp, 'utf8') === hash
  if (isDone && results.every((path) => existsSync(join(root, path)))) return
  make()
  mkdirSync(folder, { recursive: true })
  writeFileSync(stamp, hash)
}

function hashOf(sources) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch} ${process.versions.modules}`)
  for (const file of sources.flatMap(filesUnder)) {
    const content = readFileSync(join(root, file))
    hash.update(`\n${file} ${content.length}\n`).update(content)
  }
  return hash.digest('hex')
}

/** Returns the file, or all files in and under the folder, always in the same order. */
export function filesUnder(path) {
  const full = join(root, path)
  if (!existsSync(full)) return []
  if (!statSync(full).isDirectory()) return [path]
  return readdirSync(full)
    .filter((name) => name !== 'node_modules' && name !== 'target')
    .sort()
    .flatMap((name) => filesUnder(`${path}/${name}`))
}
