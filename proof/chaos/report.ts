import type { NameServer } from '../../scripts/network/name-server.mjs'
import { TAKES } from '../../scripts/network/namespace.mjs'
import type { Pauses } from './calls/pauses'
import type { Watch } from './calls/watch'
import type { Tally } from './faults/nemesis'
import type { Recovery, Time } from './faults/recovery'
import type { Verdicts } from './histories/judge'

export interface Findings {
  seed: number
  seconds: number
  rounds: number
  /** The table objects that the clients use at a time, of the round's table and of those beside it. */
  tableObjects: number
  /** Where there is none, the faults of names are left out. */
  nameServer: Pick<NameServer, 'lookUps' | 'disturbed'> | undefined
  watch: Watch
  tally: Tally
  recovery: Recovery
  verdicts: Verdicts
  pauses: Pauses
}

/** How many violations are printed in full. */
const TOLD = 20

/** The report of a run, as text. */
export function report(findings: Findings): string {
  const { seed, seconds, rounds, tableObjects, nameServer, watch, tally, recovery, verdicts, pauses } =
    findings
  const counts = [...watch.operations.values()]
  const ok = sum(counts.map((count) => count.ok))
  const failed = sum(counts.map((count) => count.failed))
  const { histories, operations, undecided } = verdicts
  return [
    `seed ${seed}, ${rounds} rounds in ${seconds.toFixed(0)} s, with ${tableObjects} table objects at a time`,
    `operations: ${ok + failed}, of which ${failed} failed (${watch.maybeApplied} maybe applied)`,
    table([...watch.operations].map(([name, count]) => [name, `${count.ok} ok, ${count.failed} failed`])),
    `errors by code:`,
    table(byCount(watch.codes)),
    `faults: ${sum([...tally.faults.values()])}; rules took ${tally.answersChanged} requests`,
    table(byCount(tally.faults)),
    nameServer === undefined
      ? `a silent name server: left out, ${TAKES}`
      : `look-ups of names: ${nameServer.lookUps}, of which ${nameServer.disturbed} met a silent or slow name server`,
    `recovery, for each client and partition (ms; ${recovery.disturbed} more were disturbed by the next fault):`,
    table([...recovery.times].sort().map(([what, times]) => [what, quantiles(times)])),
    `judged: ${histories} histories of ${operations} operations; ${undecided} undecided`,
    `latest answer after a deadline: ${Math.max(0, watch.latestMs).toFixed(0)} ms, ` +
      `without pauses of this process (the longest: ${pauses.longestMs.toFixed(0)} ms)`,
    ...watch.violations.slice(0, TOLD).map((violation) => `VIOLATION ${violation}`),
    ...(watch.violations.length > TOLD ? [`and ${watch.violations.length - TOLD} more`] : []),
    watch.violations.length === 0
      ? 'no violation'
      : `${watch.violations.length} violations; --seed ${seed} draws the same again`,
  ].join('\n')
}

const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0)

function byCount(counts: ReadonlyMap<string, number>): [string, string][] {
  return [...counts].sort(([, a], [, b]) => b - a).map(([name, count]) => [name, String(count)])
}

function quantiles(times: readonly Time[]): string {
  const sorted = times.toSorted((a, b) => a.tookMs - b.tookMs)
  const at = (share: number) => (sorted[Math.floor((sorted.length - 1) * share)]?.tookMs ?? 0).toFixed(0)
  return `median ${at(0.5)}, 95 % ${at(0.95)}, worst ${at(1)} of ${times.length} (${sorted.at(-1)?.place})`
}

function table(rows: [string, string][]): string {
  const width = Math.max(0, ...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join('\n')
}
