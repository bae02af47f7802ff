// What is measured, and what must come out.
//
// An experiment is a set of entrants that run in turns, round by round, so that whatever else the machine does
// meets all of them. Its rows compare the medians of two entrants.
import { BATCHES } from './batches.mjs'
import { MEMORY } from './memory.mjs'
import { POINTS } from './points.mjs'
import { SCANS } from './scans.mjs'

const EXPERIMENTS = [...POINTS, ...BATCHES, ...SCANS, ...MEMORY]

/** What `--only` may name. */
export const WORKS = [...new Set(EXPERIMENTS.map(({ work }) => work))]

/** Has nothing to do with a cluster that is somewhere else. */
const needsOwnServer = ({ peer }) => peer === 'echo'
/** Too long, or needs what pip installs: not in a smoke run. */
const isSlow = ({ peer }) => peer === 'pypegasus3'

/** The experiments that the options leave, and the rows that were left out for want of a server of our own. */
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
