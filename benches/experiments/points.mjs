// Operations on single rows: get and set, with few and many in flight.
import { atLeast, atMost, entrant, shown } from '../compare.mjs'

/** Compares with plain JavaScript; this client must be better by `factor`. */
function againstJavaScript(work, inFlight, factor) {
  const ours = entrant('ours', work, inFlight)
  const thrift = entrant('thrift', work, inFlight)
  const tuned = entrant('tuned', work, inFlight)
  const rows = [
    { measure: 'throughput', ours, against: thrift, ...atLeast(factor) },
    { measure: 'cpu', ours, against: thrift, ...atMost(1 / factor) },
    { measure: 'throughput', ours, against: tuned, ...shown },
    { measure: 'cpu', ours, against: tuned, ...shown },
  ]
  return { work, inFlight, ours, entrants: [ours, thrift, tuned], rows }
}

function againstPython({ work, inFlight, ours }) {
  const python = entrant('pypegasus3', work, inFlight)
  return {
    entrants: [python],
    rows: [
      { measure: 'throughput', ours, against: python, ...atLeast(15) },
      { measure: 'cpu', ours, against: python, ...atMost(1 / 12) },
    ],
  }
}

/** Compares with the pure Rust client (the cost of the crossing) and with one async fn a call (the gain of batches). */
function ofTheCrossing({ work, inFlight, ours }) {
  const rust = entrant('rust', work, inFlight)
  const asyncFn = entrant('asyncFn', work, inFlight)
  const goal = inFlight === 128 ? atMost(2) : shown
  return {
    entrants: [rust, asyncFn],
    rows: [
      { measure: 'cpu', ours, against: rust, ...goal },
      { measure: 'throughput', ours, against: asyncFn, ...shown },
      { measure: 'cpu', ours, against: asyncFn, ...shown },
    ],
  }
}

function againstTheLimit({ work, inFlight }) {
  const [rust, echo] = [entrant('rust', work, inFlight), entrant('echo', work, inFlight)]
  return { entrants: [echo], rows: [{ measure: 'throughput', ours: rust, against: echo, ...atLeast(1 / 2) }] }
}

function withMore(experiment, ...more) {
  return {
    ...experiment,
    entrants: [...experiment.entrants, ...more.flatMap(({ entrants }) => entrants)],
    rows: [...experiment.rows, ...more.flatMap(({ rows }) => rows)],
  }
}

function alone() {
  const [ours, thrift, tuned] = ['ours', 'thrift', 'tuned'].map((peer) => entrant(peer, 'get', 1))
  const rows = [
    { measure: 'p50', ours, against: thrift, ...atMost(1.2) },
    { measure: 'p99', ours, against: thrift, ...atMost(1) },
    { measure: 'p50', ours, against: tuned, ...shown },
    { measure: 'p99', ours, against: tuned, ...shown },
  ]
  return { work: 'get', inFlight: 1, entrants: [ours, thrift, tuned], rows }
}

const [get16, get128, get1024] = [
  againstJavaScript('get', 16, 3),
  againstJavaScript('get', 128, 5),
  againstJavaScript('get', 1024, 5),
]
const set128 = againstJavaScript('set', 128, 5)

export const POINTS = [
  alone(),
  withMore(get16, ofTheCrossing(get16)),
  withMore(get128, ofTheCrossing(get128), againstTheLimit(get128), againstPython(get128)),
  withMore(get1024, ofTheCrossing(get1024)),
  againstJavaScript('set', 16, 3),
  withMore(set128, againstPython(set128)),
  againstJavaScript('set', 1024, 5),
]
