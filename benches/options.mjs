// The command line of `npm run bench`.
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { WORKS } from './experiments/index.mjs'

/** What is not a comparison with peers: how the client behaves when servers fail, and how its costs grow. */
const GROUPS = ['outage', 'scaling']
const CHOICES = [...WORKS, ...GROUPS]

const USAGE = `npm run bench -- [options]

  --only WORK       only ${CHOICES.slice(0, -1).join(', ')} or ${CHOICES.at(-1)}
  --inflight N      only rows with so many operations in flight
  --rounds N        rounds of each measurement, 5 by default; the table has their medians
  --seconds N       how long one round measures, 1.2 by default
  --quick           a smoke run: one short round, nothing that pip installs
  --write           write the results of a whole run even if other programs kept the machine busy; with
                    --only outage or --only scaling: write its tables into docs/
  --json FILE       with --only outage or --only scaling: write the figures there, too
  --package DIR     with --only outage or --only scaling: measure the built package in this folder, not this one
  --meta HOST:PORT  a cluster that is there, several meta servers by comma; needs --table
  --table NAME      a table of it: 100,000 rows are WRITTEN there, with hash keys that start with "hash-key-"

A whole run (no option but --rounds, --seconds, --write) writes benches/results/ and the tables of README.md
and docs/performance.md. It measures all but scaling.
`

const OPTIONS = {
  only: { type: 'string' },
  inflight: { type: 'string' },
  rounds: { type: 'string' },
  seconds: { type: 'string' },
  quick: { type: 'boolean', default: false },
  write: { type: 'boolean', default: false },
  meta: { type: 'string' },
  table: { type: 'string' },
  json: { type: 'string' },
  package: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
}

/** Arguments that cannot be used; the message names the argument and the reason. */
export class BadOptions extends Error {}

/** Reads the options; `undefined` if help was asked for. */
export function readOptions(args) {
  const { help, quick, write, only, meta, table, json, package: packageFolder, ...numbers } = parse(args)
  if (help) return undefined
  if (only !== undefined && !CHOICES.includes(only)) {
    throw new BadOptions(`--only must be one of ${CHOICES.join(', ')}, not ${only}`)
  }
  const group = GROUPS.find((name) => name === only)
  if (group !== undefined && quick && write) throw new BadOptions('--write does not go with --quick')
  checkGroup(group, { meta, json, package: packageFolder, ...numbers })
  if ((meta === undefined) !== (table === undefined)) throw new BadOptions('--meta and --table go together')
  const number = (name, fallback) => (numbers[name] === undefined ? fallback : positive(name, numbers[name]))
  const inFlight = number('inflight')
  return {
    only,
    group,
    json,
    packageFolder: packageFolder && resolve(packageFolder),
    inFlight,
    rounds: number('rounds', quick ? 1 : 5),
    seconds: number('seconds', quick ? 0.3 : 1.2),
    isQuick: quick,
    isForced: write,
    isWhole: !quick && only === undefined && inFlight === undefined && meta === undefined,
    cluster: meta && { metaServers: meta, table },
  }
}

export function usage() {
  return USAGE
}

/** Some options are for the groups alone, others for the comparisons alone. */
function checkGroup(group, given) {
  const refused = group === undefined ? ['json', 'package'] : ['meta', 'inflight', 'rounds', 'seconds']
  const name = refused.find((name) => given[name] !== undefined)
  if (name === undefined) return
  const allowed =
    group === undefined ? `needs --only ${GROUPS.join(' or ')}` : `does not go with --only ${group}`
  throw new BadOptions(`--${name} ${allowed}`)
}

function parse(args) {
  try {
    return parseArgs({ args, options: OPTIONS }).values
  } catch (error) {
    throw new BadOptions(error.message)
  }
}

function positive(name, text) {
  const number = Number(text)
  const isSeconds = name === 'seconds'
  if (number > 0 && (isSeconds || Number.isInteger(number))) return number
  throw new BadOptions(`--${name} must be a positive ${isSeconds ? '' : 'whole '}number, not ${text}`)
}
