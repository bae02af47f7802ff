// A hundred rows in one call, compared with a hundred calls in flight.
import { atLeast, entrant, shown } from '../compare.mjs'

const ROWS = 100

/** The goal is for one call at a time, so that both sides have the same number of rows in flight. */
function batch(work) {
  const [one, some] = [entrant('ours', work, 1, ROWS), entrant('ours', work, 8, ROWS)]
  const gets = entrant('ours', 'get', ROWS)
  const rows = [
    { measure: 'rowThroughput', ours: one, against: gets, ...atLeast(5) },
    { measure: 'rowThroughput', ours: some, against: gets, ...shown },
  ]
  return { work, inFlight: 1, entrants: [one, some, gets], rows }
}

export const BATCHES = [batch('multiGet'), batch('batchGet')]
