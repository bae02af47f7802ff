// Measures, goals, and the comparison of medians with them.

/** Measures by the name that rows use: their title, and how they follow from one round. */
export const MEASURES = {
  throughput: { title: 'operations a second', of: (round) => round.operations / round.seconds },
  rowThroughput: {
    title: 'rows a second',
    of: (round, { rows }) => (round.operations * rows) / round.seconds,
  },
  cpu: { title: 'CPU µs an operation', of: (round) => (round.cpuSeconds / round.operations) * 1e6 },
  p50: { title: 'p50 ms', of: (round) => round.latencyMs?.p50 },
  p90: { title: 'p90 ms', of: (round) => round.latencyMs?.p90 },
  p99: { title: 'p99 ms', of: (round) => round.latencyMs?.p99 },
  start: { title: 'resident MB', of: (round) => round.startMegabytes },
  peak: { title: 'peak resident MB', of: (round) => round.peakMegabytes },
  others: { title: 'share of the machine that others used', of: (round) => round.others },
}

/** One side of a comparison: a peer, its work, and how many rows one operation covers. */
export function entrant(peer, work, inFlight, rows = 1) {
  return { peer, work, inFlight, rows }
}

const ratio = (ours, theirs) => ours / theirs
const difference = (ours, theirs) => ours - theirs

export const atLeast = (goal) => ({
  compare: ratio,
  goal: `≥ ${fraction(goal)} ×`,
  isMet: (value) => value >= goal,
})

export const atMost = (goal) => ({
  compare: ratio,
  goal: `≤ ${fraction(goal)} ×`,
  isMet: (value) => value <= goal,
})

export const atMostMore = (goal, unit) => ({
  compare: difference,
  unit,
  goal: `≤ ${goal} ${unit} more`,
  isMet: (value) => value <= goal,
})

/** Shown without a goal. */
export const shown = { compare: ratio, goal: '' }

function fraction(goal) {
  return goal < 1 ? `1/${Math.round(1 / goal)}` : String(goal)
}

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** The median of each measure that all rounds of an entrant have. */
export function summarize(entrant, rounds) {
  const summary = {}
  for (const [name, { of }] of Object.entries(MEASURES)) {
    const values = rounds.map((round) => of(round, entrant))
    if (values.every(Number.isFinite)) summary[name] = median(values)
  }
  return summary
}

/** Judges a row: both medians, their comparison, and whether the goal is met. */
export function judge(row, summaryOf) {
  const ours = measured(row.ours, row.measure, summaryOf)
  const theirs = measured(row.against, row.againstMeasure ?? row.measure, summaryOf)
  const value = row.compare(ours, theirs)
  const verdict = row.isMet === undefined ? '' : row.isMet(value) ? 'met' : 'missed'
  return { ours, theirs, value, verdict }
}

function measured(entrant, measure, summaryOf) {
  const value = summaryOf(entrant)[measure]
  if (value === undefined) throw new Error(`${entrant.peer}, ${entrant.work}: ${measure} was not measured`)
  return value
}
