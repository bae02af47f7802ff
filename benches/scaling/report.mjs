// Measures the curves, prints their tables, and writes them where that was asked for.
import { writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { Bench } from '../outage/bench.mjs'
import { machine, placeAndDate, today } from '../reports/machine.mjs'
import { writePage } from '../reports/pages.mjs'
import { formatCurve } from './curve.mjs'
import { CURVES } from './index.mjs'

/** `isWritten`: into docs/scaling.md. `json`: a file for the figures. */
export async function reportScaling({ isWritten, json, isQuick, packageFolder }) {
  const bench = new Bench({ isQuick, packageFolder })
  const [place, date, [load]] = [machine(), today(), loadavg()]
  const where = `${placeAndDate(place, date)} The load of the machine was ${load.toFixed(1)} before.`
  const curves = []
  const report = async ([name, measure]) => {
    const curve = await measure(bench)
    curves.push(curve)
    const table = formatCurve(curve)
    process.stdout.write(`\n${curve.title}\n\n${table}\n`)
    if (isWritten) writePage('docs/scaling.md', name, `${where}\n\n${table}`)
  }
  // A smoke run looks at no figure: there they may disturb each other.
  if (isQuick) await Promise.all(Object.entries(CURVES).map(report))
  else for (const curve of Object.entries(CURVES)) await report(curve)
  if (isQuick) process.stdout.write('\nThis was a smoke run: its figures mean nothing.\n')
  if (json !== undefined) {
    writeFileSync(json, `${JSON.stringify({ date, machine: place, load, curves }, null, 2)}\n`)
  }
}
