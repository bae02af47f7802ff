// Checks that the addon has nothing that must not be published: debug symbols, exports that Node does not need, and
// paths of the machine that built it.
import { readFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { addonFile } from '../build/build.mjs'
import { output, root } from '../run.mjs'
import { readElf } from './elf.mjs'

/** The only symbol that Node looks for. */
const EXPORTS = ['napi_register_module_v1']

/** Folders whose paths tell something about the machine that built the file. */
function privateFolders() {
  const sysroot = output('rustc', ['--print', 'sysroot']).trim()
  const folders = [root, homedir(), tmpdir(), process.env.CARGO_HOME, process.env.CARGO_TARGET_DIR, sysroot]
  // With a slash at the end, as a path as short as /tmp would be found by chance.
  return folders.filter(Boolean).map((folder) => `${folder.replace(/[/\\]+$/, '')}/`)
}

/** Returns what is wrong with a built addon, one sentence each. */
export function addonFlaws(bytes, folders = privateFolders()) {
  // One folder may be inside another, so each position in the file counts once.
  const places = new Set(folders.map((folder) => bytes.indexOf(folder)).filter((at) => at >= 0))
  const flaws = [...places].map((at) => `it names a path of this machine: ${printable(bytes, at)}`)
  const elf = readElf(bytes)
  if (elf === undefined) return flaws
  const debug = elf.sections.filter((name) => /^\.(z?debug|symtab|strtab|gnu_debug|stab)/.test(name))
  if (debug.length > 0) flaws.push(`it is not stripped: it has ${debug.join(', ')}`)
  const missing = EXPORTS.filter((name) => !elf.exported.includes(name))
  const extra = elf.exported.filter((name) => !EXPORTS.includes(name))
  if (missing.length > 0) flaws.push(`it does not export ${missing.join(', ')}`)
  if (extra.length > 0) flaws.push(`it exports more than Node needs: ${extra.join(', ')}`)
  return flaws
}

function printable(bytes, at) {
  return bytes.toString('latin1', at, at + 200).replace(/[^ -~].*$/s, '')
}

/** Throws if something is wrong with the addon beside package.json. */
export function checkAddon() {
  const flaws = addonFlaws(readFileSync(join(root, addonFile())))
  if (flaws.length > 0) throw new Error(`${addonFile()} must not be published:\n  ${flaws.join('\n  ')}`)
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) checkAddon()
