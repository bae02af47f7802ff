import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'

const SCRIPTS = join(__dirname, '..', '..', 'scripts')

describe('a licence', () => {
  let isAllowed: (expression: unknown, allowed: ReadonlySet<string>) => boolean
  let allowedLicences: () => Set<string>
  before(async () => {
    ;({ isAllowed, allowedLicences } = await import(join(SCRIPTS, 'checks', 'licences.mjs')))
  })
  const allowed = new Set(['MIT', 'ISC', 'Apache-2.0', 'Apache-2.0 WITH LLVM-exception'])

  for (const expression of [
    'MIT',
    'MIT OR GPL-3.0-only',
    'GPL-3.0-only OR MIT',
    'MIT/GPL-3.0',
    'MIT / GPL-3.0',
    '(MIT OR GPL-3.0-only) AND ISC',
    'ISC AND (GPL-3.0-only OR MIT)',
    'Apache-2.0 WITH LLVM-exception OR Unknown-1.0',
    'GPL-2.0-only AND GPL-3.0-only OR MIT',
  ]) {
    it(`is allowed: ${expression}`, () => assert.equal(isAllowed(expression, allowed), true))
  }

  for (const expression of [
    'GPL-3.0-only',
    'MIT AND GPL-3.0-only',
    'GPL-3.0-only AND MIT OR Unknown-1.0',
    'ISC WITH LLVM-exception',
    '(MIT',
    'MIT)',
    'MIT OR',
    'MIT ISC',
    'SEE LICENSE IN LICENSE',
    'UNLICENSED',
    '',
    undefined,
    { type: 'MIT' },
  ]) {
    it(`is not: ${JSON.stringify(expression)}`, () => assert.equal(isAllowed(expression, allowed), false))
  }

  it('is allowed as deny.toml lists it', () => {
    const list = allowedLicences()
    assert.ok(list.has('MIT') && list.has('Apache-2.0 WITH LLVM-exception'), [...list].join())
    assert.ok([...list].every((id) => !/GPL/.test(id)))
  })
})

describe('a lock file', () => {
  type Flaws = (content: unknown, allowed: ReadonlySet<string>) => string[]
  let npmFlaws: Flaws
  let crateFlaws: Flaws
  before(async () => {
    ;({ npmFlaws, crateFlaws } = await import(join(SCRIPTS, 'checks', 'supply.mjs')))
  })
  const allowed = new Set(['MIT'])
  const good = { license: 'MIT', integrity: 'sha512-abc' }
  const npm = (entry: object, version = 3) =>
    npmFlaws(
      { lockfileVersion: version, packages: { '': { license: 'MIT' }, 'node_modules/one': entry } },
      allowed,
    )
  const crate = (entry: object) =>
    crateFlaws(
      {
        packages: [{ id: 'one', name: 'one', version: '1.0.0', license: 'MIT', ...entry }],
        workspace_members: ['ours'],
      },
      allowed,
    )

  it('without a flaw has none', () => {
    assert.deepEqual(npm(good), [])
    assert.deepEqual(crate({ source: 'registry+https://example.org/rust-lang/crates.io-index' }), [])
    assert.deepEqual(crate({ id: 'ours', source: null }), [])
  })

  for (const [what, entry] of Object.entries({
    'a licence': { ...good, license: 'GPL-3.0-only' },
    'no licence': { integrity: 'sha512-abc' },
    'no hash': { license: 'MIT' },
    'a weak hash': { ...good, integrity: 'sha1-abc' },
    'a place of its own': { ...good, resolved: 'https://example.org/one.tgz' },
    'a link': { ...good, link: true },
    'an install script': { ...good, hasInstallScript: true },
  })) {
    it(`of npm is refused for ${what}`, () => {
      assert.equal(npm(entry).length, 1)
      assert.match(npm(entry)[0] ?? '', /^node_modules\/one/)
    })
  }

  it('of npm is refused for an old format', () => assert.equal(npm(good, 1).length, 1))

  for (const [what, entry] of Object.entries({
    'a licence': { license: 'GPL-3.0-only', source: 'registry+https://example.org/crates.io-index' },
    'a git repository': { source: 'git+https://example.org/one?rev=1#1' },
    'another registry': { source: 'registry+https://example.org/index' },
    'a folder outside of the workspace': { source: null },
  })) {
    it(`of cargo is refused for ${what}`, () => {
      assert.equal(crate(entry).length, 1)
      assert.match(crate(entry)[0] ?? '', /^one 1\.0\.0/)
    })
  }
})
