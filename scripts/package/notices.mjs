// Collects the licence texts of the crates in the addon. The licences demand that their texts are published with it.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { output } from '../run.mjs'

const TEXTS = /^(licen[cs]e|copying|copyright|notice|unlicense)/i
const HEAD = `This package contains code of the crates below, each under the licence named with it, and of the
standard library of Rust (MIT OR Apache-2.0), Copyright (c) The Rust Project Contributors.
`

/** All licences as one text. */
export function notices() {
  const metadata = JSON.parse(output('cargo', ['metadata', '--locked', '--format-version', '1']))
  const linked = linkedCrates()
  const crates = metadata.packages.filter(({ name, version, source }) => {
    return source !== null && linked.has(`${name} v${version}`)
  })
  const list = crates.map(({ name, version, license }) => `${name} ${version}: ${license}`)
  const texts = [...textsOf(crates)].map(([text, names]) => `${names.join(', ')}:\n\n${text}`)
  return [HEAD + list.sort().join('\n'), ...texts].join(`\n\n${'-'.repeat(80)}\n\n`)
}

/** The crates that are compiled into the addon on this platform, without those that only build it. */
function linkedCrates() {
  const edges = ['--package', 'pegasus-node', '--edges', 'normal,no-proc-macro']
  const lines = output('cargo', ['tree', '--locked', ...edges, '--prefix', 'none', '--format', '{p}']).split(
    '\n',
  )
  return new Set(lines.map((line) => line.split(' ').slice(0, 2).join(' ')))
}

/** Each text once, with the names of all crates that have it. */
function textsOf(crates) {
  const texts = new Map()
  for (const { name, manifest_path: manifest } of crates) {
    const folder = dirname(manifest)
    const entries = readdirSync(folder, { withFileTypes: true, recursive: true })
    for (const entry of entries.filter((one) => one.isFile() && TEXTS.test(one.name))) {
      const text = readFileSync(join(entry.parentPath, entry.name), 'utf8').trim()
      // Always an alternative that was not chosen; licence scanners would report it.
      if (/^\s*GNU (LESSER )?GENERAL PUBLIC LICENSE/.test(text)) continue
      const same = [...texts.keys()].find((known) => squeezed(known) === squeezed(text)) ?? text
      texts.set(same, [...(texts.get(same) ?? []), name])
    }
  }
  return texts
}

/** Texts that differ only in white space are the same. */
function squeezed(text) {
  return text.replace(/\s+/g, ' ')
}
