// Checks the packages in the lock files: their licences, their sources, and scripts that an installation would run. It
// needs only Node and cargo. `npm run deny` checks more.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { output, root } from '../run.mjs'
import { allowedLicences, isAllowed } from './licences.mjs'

const NPM_LOCKS = ['package-lock.json', 'benches/package-lock.json']

/** Packages with installation scripts. They are not run: see build/dependencies.mjs. */
const KNOWN_INSTALL_SCRIPTS = ['node_modules/esbuild']

/** Returns what is wrong with package-lock.json, one sentence each. */
export function npmFlaws(lock, allowed) {
  const flaws = []
  if (lock.lockfileVersion !== 3) flaws.push(`its version is ${lock.lockfileVersion} and not 3`)
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (!isAllowed(entry.license, allowed)) flaws.push(`${path}: the licence ${entry.license} is not allowed`)
    // This is the package of the repository itself.
    if (path === '') continue
    if (!/^sha512-/.test(entry.integrity ?? '')) flaws.push(`${path} has no sha512 of its contents`)
    // An entry with a source may work on one machine only, or hide that the package comes from another registry.
    if (entry.resolved !== undefined || entry.link === true) {
      flaws.push(`${path} says where it comes from, and not just which one it is: see .npmrc`)
    }
    if (entry.hasInstallScript === true && !KNOWN_INSTALL_SCRIPTS.includes(path)) {
      flaws.push(`${path} has a script that npm runs when it is installed, and is not known for that`)
    }
  }
  return flaws
}

/** Returns what is wrong with the crates in cargo's metadata, one sentence each. */
export function crateFlaws({ packages, workspace_members: members }, allowed) {
  const flaws = []
  for (const { id, name, version, license, source } of packages) {
    if (!isAllowed(license, allowed)) flaws.push(`${name} ${version}: the licence ${license} is not allowed`)
    const isOurs = source === null && members.includes(id)
    const isRegistered = /^registry\+.*\/crates\.io-index$/.test(source ?? '')
    if (!isOurs && !isRegistered) flaws.push(`${name} ${version} does not come from crates.io`)
  }
  return flaws
}

/** Prints what is wrong; returns whether everything is fine. */
export function checkSupply() {
  const allowed = allowedLicences()
  const metadata = JSON.parse(output('cargo', ['metadata', '--locked', '--format-version', '1']))
  const npm = NPM_LOCKS.map((file) => {
    const lock = JSON.parse(readFileSync(join(root, file), 'utf8'))
    return [file, { flaws: npmFlaws(lock, allowed), of: Object.keys(lock.packages).length }]
  })
  const results = {
    ...Object.fromEntries(npm),
    'Cargo.lock': { flaws: crateFlaws(metadata, allowed), of: metadata.packages.length },
  }
  for (const [file, { flaws, of }] of Object.entries(results)) {
    const found = flaws.length === 0 ? 'licences, sources and install scripts are fine' : flaws.join('\n  ')
    process.stdout.write(`${file}, ${of} packages: ${found}\n`)
  }
  return Object.values(results).every(({ flaws }) => flaws.length === 0)
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) process.exitCode = checkSupply() ? 0 : 1
