import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'

const ROOT = join(__dirname, '..', '..')

describe('the file of the addon', { skip: process.platform !== 'linux' && 'it is no ELF file here' }, () => {
  let addonFlaws: (bytes: Buffer, folders?: readonly string[]) => string[]
  let bytes: Buffer
  before(async () => {
    ;({ addonFlaws } = await import(join(ROOT, 'scripts', 'package', 'check-addon.mjs')))
    const { addonFile } = await import(join(ROOT, 'scripts', 'build', 'build.mjs'))
    bytes = readFileSync(join(ROOT, addonFile()))
  })
  /** The same file with one text in it, which is there once or more, replaced by another of its length. */
  function changed(from: string, to: string): Buffer {
    const copy = Buffer.from(bytes)
    const at = copy.indexOf(from)
    assert.ok(at >= 0 && from.length === to.length, from)
    copy.write(to, at, 'latin1')
    return copy
  }

  it('is stripped, exports what Node needs, and names no path of this machine', () => {
    assert.deepEqual(addonFlaws(bytes), [])
  })

  it('is refused with a section of symbols', () => {
    assert.match(addonFlaws(changed('.comment\0', '.symtab\0\0')).join(), /not stripped: it has \.symtab/)
  })

  it('is refused with another export, or without the one that counts', () => {
    const flaws = addonFlaws(changed('napi_register_module_v1\0', 'napi_register_module_v2\0'))
    assert.match(
      flaws.join(),
      /does not export napi_register_module_v1.*exports more .* napi_register_module_v2/,
    )
    const node = addonFlaws(readFileSync(process.execPath), [])
    assert.ok(node.length > 0, 'Node itself exports a lot')
  })

  it('is refused with a path of the machine', () => {
    const path = `${ROOT}/src/lib.rs`
    const flaws = addonFlaws(Buffer.concat([bytes, Buffer.from(`\0${path}\0more`)]))
    assert.deepEqual(flaws, [`it names a path of this machine: ${path}`])
  })
})
