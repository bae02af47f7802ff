// Measures the curves, prints their tables, and writes them where that was asked for.
import { writeFileSync } from 'node:fs'
import { Bench } from '../outage/bench.mjs'
import { machine, placeAndDate, today } from '../reports/machine.mjs'
import { writePage } from '../reports/pages.mjs'
import { formatCurve } from './curve.mjs'
import { CURVES } from './index.mjs'

/** `isWritten`: into docs/scaling.md. `json`: a file for the figures. */
export async function reportScaling({ isWritten, json, isQuick, packageFolder }) {
  const bench = new Bench({ isQuick, packageFolder })
  const [place, date] = [machine(), today()]
  const curves = []
  for (const [name, measure] of Object.entries(CURVES)) {
    const curve = await measure(bench)
    curves.push(curve)
    const table = formatCurve(curve)
    process.stdout.write(`\n${curve.title}\n\n${table}\n`)
    if (isWritten) writePage('docs/scaling.md', name, `${placeAndDate(place, date)}\n\n${table}`)
  }
  if (json !== undefined) {
    writeFileSync(json, `${JSON.stringify({ date, machine: place, curves }, null, 2)}\n`)
  }
}
