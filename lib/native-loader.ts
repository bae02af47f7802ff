import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { PegasusError } from './errors'
import type { Native } from './native'

/** The platforms that packages are built for, as `napi.targets` of package.json lists them. */
export const SUPPORTED = [
  'linux-x64-gnu',
  'linux-arm64-gnu',
  'linux-x64-musl',
  'linux-arm64-musl',
  'darwin-x64',
  'darwin-arm64',
  'win32-x64-msvc',
]

/** This platform, in the words of the packages. */
export function platformTriple(): string {
  const { platform, arch } = process
  if (platform === 'linux') return `linux-${arch}-${usesGlibc() ? 'gnu' : 'musl'}`
  return platform === 'win32' ? `win32-${arch}-msvc` : `${platform}-${arch}`
}

function usesGlibc(): boolean {
  const report = process.report as typeof process.report & { excludeNetwork?: boolean }
  const before = report.excludeNetwork
  // A report may otherwise look up the name of every peer of this process.
  report.excludeNetwork = true
  const { header } = report.getReport() as { header: { glibcVersionRuntime?: string } }
  report.excludeNetwork = before
  return header.glibcVersionRuntime !== undefined
}

/** Finds the addon: the file of a local build first, then the package of this platform. */
export function loadAddon(triple: string = platformTriple(), root: string = join(__dirname, '..')): Native {
  const localBuild = join(root, `pegasus-client.${triple}.node`)
  const candidate = existsSync(localBuild) ? localBuild : `@pegasus-client/${triple}`
  try {
    return require(candidate) as Native
  } catch (error) {
    throw notLoaded(triple, [localBuild, `@pegasus-client/${triple}`], error as Error)
  }
}

function notLoaded(triple: string, tried: string[], cause: Error): PegasusError {
  const hint = SUPPORTED.includes(triple)
    ? `Was the package installed without its optional dependencies? npm install @pegasus-client/${triple} adds the one that is missing.`
    : `There is no package for this platform. There are packages for ${SUPPORTED.join(', ')}; elsewhere npm run build in the sources makes one, with Rust.`
  // Node adds a list of modules to the first line, which the cause keeps.
  const [reason] = cause.message.split('\n')
  const message = `The native addon for ${triple} cannot be loaded (tried ${tried.join(' and ')}): ${reason}. ${hint}`
  return new PegasusError('ERR_NATIVE_ADDON', message, { cause })
}
