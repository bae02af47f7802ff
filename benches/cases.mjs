// What is measured, and what must come out.
//
// An experiment is a set of entrants that run in turns, round by round, so that whatever else the machine does
// meets all of them. Its rows compare the medians of two entrants.

const entrant = (peer, work, inFlight) => ({ peer, work, inFlight })

const atLeast = (goal) => ({ goal, isMet: (ratio) => ratio >= goal, text: `≥ ${fraction(goal)}` })
const atMost = (goal) => ({ goal, isMet: (ratio) => ratio <= goal, text: `≤ ${fraction(goal)}` })

function fraction(goal) {
  return goal < 1 ? `1/${Math.round(1 / goal)}` : `${goal}`
}

/** What can be compared, by the name that rows use. */
export const MEASURES = {
  throughput: { title: 'operations a second', of: (round) => round.operations / round.seconds },
  cpu: { title: 'CPU µs an operation', of: (round) => (round.cpuSeconds / round.operations) * 1e6 },
  p50: { title: 'p50 ms', of: (round) => round.latencyMs.p50 },
  p99: { title: 'p99 ms', of: (round) => round.latencyMs.p99 },
}

function pointExperiment(work, inFlight, factor) {
  const [ours, plain] = [entrant('ours', work, inFlight), entrant('thrift', work, inFlight)]
  const rows = [
    { measure: 'throughput', ours, against: plain, ...atLeast(factor) },
    { measure: 'cpu', ours, against: plain, ...atMost(1 / factor) },
  ]
  const entrants = [ours, plain]
  if (work === 'get' && inFlight === 128) {
    const [rust, echo] = [entrant('rust', work, inFlight), entrant('echo', work, inFlight)]
    rows.push({ measure: 'throughput', ours: rust, against: echo, ...atLeast(1 / 2) })
    rows.push({ measure: 'cpu', ours, against: rust, ...atMost(2) })
    entrants.push(rust, echo)
  }
  return { work, inFlight, entrants, rows }
}

function latencyExperiment() {
  const [ours, plain] = [entrant('ours', 'get', 1), entrant('thrift', 'get', 1)]
  const rows = [
    { measure: 'p50', ours, against: plain, ...atMost(1.2) },
    { measure: 'p99', ours, against: plain, ...atMost(1) },
  ]
  return { work: 'get', inFlight: 1, entrants: [ours, plain], rows }
}

const EXPERIMENTS = [
  latencyExperiment(),
  pointExperiment('get', 16, 3),
  pointExperiment('get', 128, 5),
  pointExperiment('get', 1024, 5),
  pointExperiment('set', 16, 3),
  pointExperiment('set', 128, 5),
  pointExperiment('set', 1024, 5),
]

/** Peers that have nothing to do with a cluster that is somewhere else. */
const LOCAL_PEERS = ['echo']

/** The experiments that the options leave, and what was left out for want of a server of our own. */
export function chooseExperiments({ only, inFlight, cluster }) {
  const leftOut = []
  const isPossible = ({ peer }) => cluster === undefined || !LOCAL_PEERS.includes(peer)
  const experiments = EXPERIMENTS.filter(
    (experiment) =>
      (only === undefined || experiment.work.includes(only)) &&
      (inFlight === undefined || experiment.inFlight === inFlight),
  ).map((experiment) => {
    const rows = experiment.rows.filter(({ ours, against }) => isPossible(ours) && isPossible(against))
    leftOut.push(...experiment.rows.filter((row) => !rows.includes(row)))
    return { ...experiment, rows, entrants: experiment.entrants.filter(isPossible) }
  })
  return { experiments, leftOut }
}
