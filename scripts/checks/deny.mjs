// All that can be asked about what this repository depends on: `npm run check:supply`; known vulnerabilities of npm
// packages; and cargo-deny with deny.toml. What cannot be asked here is said, at the end, and does not fail.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { capture, root, run, tryRun } from '../run.mjs'
import { checkSupply } from './supply.mjs'

/** Changes of it change what is checked, so it is one certain version. */
const CARGO_DENY = '0.20.2'
const tools = join(root, 'target', 'tools')

/** The pinned cargo-deny; building it takes minutes, once. */
function cargoDeny() {
  const file = join(tools, 'bin', process.platform === 'win32' ? 'cargo-deny.exe' : 'cargo-deny')
  const installed = existsSync(file) ? capture(file, ['--version']).stdout.trim() : ''
  if (installed !== `cargo-deny ${CARGO_DENY}`) {
    run('cargo', ['install', 'cargo-deny', '--version', CARGO_DENY, '--locked', '--root', tools])
  }
  return file
}

/** Checks the crates; `skipped` gets what could not be checked. */
function checkCrates(skipped) {
  const deny = cargoDeny()
  const check = (...args) => tryRun(deny, ['--locked', ...args]) === 0
  const results = [
    check('--workspace', 'check', 'licenses', 'bans', 'sources'),
    // Its crates are in no package, so that only where they come from counts.
    check('--manifest-path', 'proof/fuzz/Cargo.toml', 'check', 'sources'),
  ]
  const { status, stderr } = capture(deny, ['--locked', 'fetch', 'db'])
  if (status === 0) results.push(check('--workspace', 'check', '--disable-fetch', 'advisories'))
  else skipped.push(`advisories about crates: their database cannot be fetched (${lastLine(stderr)})`)
  return results.every(Boolean)
}

/** What gets into the packages may have no known vulnerability, what builds them no severe one. */
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
