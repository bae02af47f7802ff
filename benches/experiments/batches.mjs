// A hundred rows in one call, against as many calls at a time.
import { atLeast, entrant } from '../compare.mjs'

const ROWS = 100

/** One call at a time: the same number of rows is in flight on both sides. */
function batch(work) {
  const [ours, gets] = [entrant('ours', work, 1, ROWS), entrant('ours', 'get', ROWS)]
  const rows = [{ measure: 'rows', ours, against: gets, ...atLeast(5) }]
  return { work, inFlight: 1, entrants: [ours, gets], rows }
}

export const BATCHES = [batch('multiGet'), batch('batchGet')]
