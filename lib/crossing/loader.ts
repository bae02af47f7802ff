import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { PegasusError } from '../values/errors'
import type { Native } from './native'

/** The platforms with a prebuilt package, as `napi.targets` of package.json lists them. */
export const SUPPORTED = [
  'linux-x64-gnu',
  'linux-arm64-gnu',
  'linux-x64-musl',
  'linux-arm64-musl',
  'darwin-x64',
  'darwin-arm64',
  'win32-x64-msvc',
]

/** This platform, as the names of the packages spell it. */
export function platformTriple(): string {
  const { platform, arch } = process
  if (platform === 'linux') return `linux-${arch}-${usesGlibc() ? 'gnu' : 'musl'}`
  return platform === 'win32' ? `win32-${arch}-msvc` : `${platform}-${arch}`
}

function usesGlibc(): boolean {
  const report = process.report as typeof process.report & { excludeNetwork?: boolean }
  const before = report.excludeNetwork
  // Without this, the report may look up the host name of every peer of this process.
  report.excludeNetwork = true
  const { header } = report.getReport() as { header: { glibcVersionRuntime?: string } }
  report.excludeNetwork = before
  return header.glibcVersionRuntime !== undefined
}

/** Loads the addon: the file of a local build if there is one, else the package of this platform. */
export function loadAddon(
  triple: string = platformTriple(),
  root: string = join(__dirname, '../..'),
): Native {
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
  // Node appends a list of modules to the first line. It stays visible in the cause.
  const [reason] = cause.message.split('\n')
  const message = `The native addon for ${triple} cannot be loaded (tried ${tried.join(' and ')}): ${reason}. ${hint}`
  return new PegasusError('ERR_NATIVE_ADDON', message, { cause })
}
