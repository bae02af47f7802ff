import assert from 'node:assert/strict'
import { it } from 'node:test'
import { loadAddon, SUPPORTED } from '../../lib/crossing/loader'
import { napi } from '../../package.json'

const failureOf = (triple: string) => {
  try {
    loadAddon(triple, '/nowhere')
  } catch (error) {
    return error as Error & { code: string }
  }
  return assert.fail('it was loaded')
}

it('a missing addon is named, with what was tried', () => {
  const { code, message } = failureOf('linux-arm64-musl')
  assert.equal(code, 'ERR_NATIVE_ADDON')
  assert.match(message, /pegasus-client\.linux-arm64-musl\.node and @pegasus-client\/linux-arm64-musl/)
  assert.match(message, /optional dependencies/)
})

it('on a platform without a package, those with one are named', () => {
  assert.match(failureOf('aix-ppc64').message, /no package for this platform.*linux-x64-gnu.*win32-x64-msvc/)
})

it('the platforms that are named are those that are built', () => {
  const [cpu, os] = [
    { x86_64: 'x64', aarch64: 'arm64' },
    { apple: 'darwin', pc: 'win32' },
  ] as Record<string, string>[]
  const triples = napi.targets.map((target) => {
    const [arch = '', vendor = '', system = '', libc] = target.split('-')
    return [os?.[vendor] ?? system, cpu?.[arch], libc].filter(Boolean).join('-')
  })
  assert.deepEqual(triples, SUPPORTED)
})
