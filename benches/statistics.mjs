// Rounds into medians, medians into ratios and verdicts.
import { MEASURES } from './cases.mjs'

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** The median of each measure over the rounds of an entrant. */
export function summarize(rounds) {
  return Object.fromEntries(Object.entries(MEASURES).map(([name, { of }]) => [name, median(rounds.map(of))]))
}

/** What became of a row: both medians, their ratio, and whether that is as it should be. */
export function judge(row, summaryOf) {
  const ours = summaryOf(row.ours)[row.measure]
  const theirs = summaryOf(row.against)[row.measure]
  const ratio = ours / theirs
  return { ours, theirs, ratio, verdict: row.isMet(ratio) ? 'met' : 'missed' }
}
