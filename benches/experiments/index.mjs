// What is measured, and the goals.
//
// An experiment is a set of entrants that take turns, round by round, so that other load on the machine meets all of
// them. Its rows compare the medians of two entrants.
import { BATCHES } from './batches.mjs'
import { MEMORY } from './memory.mjs'
import { POINTS } from './points.mjs'
import { SCANS } from './scans.mjs'

const EXPERIMENTS = [...POINTS, ...BATCHES, ...SCANS, ...MEMORY]

/** The values of `--only`. */
export const WORKS = [...new Set(EXPERIMENTS.map(({ work }) => work))]

/** Whether an entrant cannot use a cluster that runs elsewhere. */
const needsOwnServer = ({ peer }) => peer === 'echo'
/** Whether an entrant is left out of a smoke run: it is slow, or pip must install it. */
const isSlow = ({ peer }) => peer === 'pypegasus3'

/** The experiments that the options choose, and the rows that were left out because they need our own server. */
export function chooseExperiments({ only, inFlight, cluster, isQuick }) {
  const leftOut = []
  const isPossible = (entrant) => cluster === undefined || !needsOwnServer(entrant)
  const isWanted = (entrant) => isPossible(entrant) && !(isQuick && isSlow(entrant))
  const narrow = (experiment) => {
    const without = (is) => experiment.rows.filter(({ ours, against }) => is(ours) && is(against))
    const possible = cluster !== undefined && experiment.table !== undefined ? [] : without(isPossible)
    leftOut.push(...experiment.rows.filter((row) => !possible.includes(row)))
    const rows = possible.filter(({ ours, against }) => isWanted(ours) && isWanted(against))
    const entrants = experiment.entrants.filter(isWanted)
    return { ...experiment, rows, entrants }
  }
  const experiments = EXPERIMENTS.filter((experiment) => only === undefined || experiment.work === only)
    .filter((experiment) => inFlight === undefined || experiment.inFlight === inFlight)
    .map(narrow)
    .filter(({ rows }) => rows.length > 0)
  return { experiments, leftOut }
}
