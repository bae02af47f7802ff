// The group of rows about outages: `npm run bench -- --only outage`.
import { Bench } from './bench.mjs'
import { counts } from './counts.mjs'
import { cut } from './cut.mjs'
import { deadlines } from './deadlines.mjs'
import { hedging } from './hedging.mjs'
import { beginIdle } from './idle.mjs'
import { killed } from './killed.mjs'
import { lookups } from './lookups.mjs'
import { moved } from './moved.mjs'
import { names } from './names.mjs'
import { formatRow } from './table.mjs'
import { wide } from './wide.mjs'

const GROUPS = [cut, moved, killed, deadlines, hedging, counts, names, lookups, wide]

/** Measures all rows; prints each when it is there, and returns all. */
export async function measureOutages({ isQuick, packageFolder }) {
  const bench = new Bench({ isQuick, packageFolder })
  const rows = []
  const take = (measured) => {
    for (const one of measured) process.stdout.write(`${formatRow(one)}\n`)
    rows.push(...measured)
  }
  // They are idle while the other rows are measured.
  const afterIdleness = await beginIdle(bench)
  // A smoke run looks at no figure: there they may disturb each other.
  if (isQuick) await Promise.all(GROUPS.map(async (group) => take(await group(bench))))
  else for (const group of GROUPS) take(await group(bench))
  take(await afterIdleness())
  return rows
}
