// Checks all dependencies of this repository: `npm run check:supply`, known vulnerabilities of npm packages, and
// cargo-deny with deny.toml. A check that is not possible here is reported at the end as skipped; it is not a failure.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { capture, root, run, tryRun } from '../run.mjs'
import { checkSupply } from './supply.mjs'

/** The version is pinned, as other versions check other things. */
const CARGO_DENY = '0.20.2'
const tools = join(root, 'target', 'tools')

/** Returns the path of the pinned cargo-deny. The first time it is built, which takes minutes. */
function cargoDeny() {
  const file = join(tools, 'bin', process.platform === 'win32' ? 'cargo-deny.exe' : 'cargo-deny')
  const installed = existsSync(file) ? capture(file, ['--version']).stdout.trim() : ''
  if (installed !== `cargo-deny ${CARGO_DENY}`) {
    run('cargo', ['install', 'cargo-deny', '--version', CARGO_DENY, '--locked', '--root', tools])
  }
  return file
}

/** Checks the crates; adds to `skipped` what could not be checked. */
function checkCrates(skipped) {
  const deny = cargoDeny()
  const check = (...args) => tryRun(deny, ['--locked', ...args]) === 0
  const results = [
    check('--workspace', 'check', 'licenses', 'bans', 'sources'),
    // The crates of the fuzz targets are in no published package, so only their sources are checked.
    check('--manifest-path', 'proof/fuzz/Cargo.toml', 'check', 'sources'),
  ]
  const { status, stderr } = capture(deny, ['--locked', 'fetch', 'db'])
  if (status === 0) results.push(check('--workspace', 'check', '--disable-fetch', 'advisories'))
  else skipped.push(`advisories about crates: their database cannot be fetched (${lastLine(stderr)})`)
  return results.every(Boolean)
}

/** Published packages may have no known vulnerability; packages that build them may have no severe one. */
function checkVulnerabilities(skipped) {
  return ['--omit=dev --audit-level=low', '--audit-level=high'].every((flags) => {
    const { status, stdout } = capture('npm', ['audit', '--json', ...flags.split(' ')])
    const report = parsed(stdout)
    if (report?.auditReportVersion === undefined) {
      skipped.push(
        `npm audit ${flags}: the registry does not answer it (${report?.message ?? stdout.trim()})`,
      )
      return true
    }
    const counts = Object.entries(report.metadata.vulnerabilities).filter(([, count]) => count > 0)
    process.stdout.write(`npm audit ${flags}: ${counts.length === 0 ? 'nothing known' : counts.join(' ')}\n`)
    return status === 0
  })
}

function parsed(json) {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

function lastLine(text) {
  return text.trim().split('\n').at(-1)
}

const skipped = []
const results = [checkSupply(), checkVulnerabilities(skipped), checkCrates(skipped)]
for (const what of skipped) process.stdout.write(`SKIPPED ${what}\n`)
process.exitCode = results.every(Boolean) ? 0 : 1
