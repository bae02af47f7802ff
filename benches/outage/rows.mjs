// A row of the table of outages: a figure, its goal, and whether it was met.
import { median } from '../compare.mjs'

export const atMost = (limit, unit) => ({
  text: `≤ ${limit} ${unit}`.trim(),
  isMet: (figure) => figure <= limit,
})
export const atLeast = (limit, unit) => ({
  text: `≥ ${limit} ${unit}`.trim(),
  isMet: (figure) => figure >= limit,
})

/**
 * Makes a row. `runs`: the figure of each run; the row shows their median. `failures`: calls that failed although they
 * need not have; with any, the goal is missed whatever the figure. `note`: what a reader must know beside the figure.
 */
export function row({ what, unit, runs, goal, failures = 0, note }) {
  const figure = median(runs)
  const isMet = goal === undefined ? undefined : goal.isMet(figure) && failures === 0
  return {
    what,
    unit,
    figure,
    runs,
    goal: goal?.text,
    verdict: isMet === undefined ? undefined : isMet ? 'met' : 'missed',
    failures,
    note,
  }
}

/** What could not be measured here, and why. */
export function leftOut(what, reason) {
  return { what, note: `left out: ${reason}` }
}
