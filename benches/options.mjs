// The command line of `npm run bench`.
import { parseArgs } from 'node:util'

const USAGE = `npm run bench -- [options]

  --only TEXT       only rows whose work contains it: get, set, multiGet, batchGet, scan, memory
  --inflight N      only rows with so many operations in flight
  --rounds N        rounds of each measurement, 5 by default; the table has their medians
  --seconds N       how long one round measures, 1.2 by default
  --quick           a smoke run: one short round, none of what pip installs
  --meta HOST:PORT  a cluster that is there, several meta servers by comma; needs --table
  --table NAME      a table of it: 100,000 rows are WRITTEN there, with hash keys that start with "hash-key-"
`

export function readOptions(args) {
  const { values } = parse(args)
  if (values.help) stop(USAGE, 0)
  if ((values.meta === undefined) !== (values.table === undefined)) {
    stop(`--meta and --table go together\n\n${USAGE}`, 2)
  }
  const number = (name, fallback) => (values[name] === undefined ? fallback : positive(name, values[name]))
  return {
    only: values.only,
    inFlight: number('inflight', undefined),
    rounds: number('rounds', values.quick ? 1 : 5),
    seconds: number('seconds', values.quick ? 0.3 : 1.2),
    isQuick: values.quick ?? false,
    cluster: values.meta && { metaServers: values.meta, table: values.table },
  }
}

function parse(args) {
  try {
    return parseArgs({
      args,
      options: {
        only: { type: 'string' },
        inflight: { type: 'string' },
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        quick: { type: 'boolean' },
        meta: { type: 'string' },
        table: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    return stop(`${error.message}\n\n${USAGE}`, 2)
  }
}

function positive(name, text) {
  const number = Number(text)
  const isAllowed = name === 'seconds' ? number > 0 : Number.isInteger(number) && number > 0
  if (!isAllowed)
    stop(`--${name} must be a positive ${name === 'seconds' ? '' : 'whole '}number, not ${text}`, 2)
  return number
}

function stop(message, exitCode) {
  process[exitCode === 0 ? 'stdout' : 'stderr'].write(`${message}\n`)
  process.exit(exitCode)
}
