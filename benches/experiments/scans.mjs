// A scan of the whole table, compared with slicing the same bytes out of a Buffer.
import { atLeast, entrant } from '../compare.mjs'

const [rows, batches] = ['scan', 'scanBatches'].map((work) => entrant('scan', work, 1))
const floor = entrant('floor', 'scan', 1)

export const SCANS = [
  {
    work: 'scan',
    inFlight: 1,
    command: 'scan',
    table: 'scan',
    entrants: [rows, batches, floor],
    rows: [
      { measure: 'rowThroughput', ours: rows, against: floor, ...atLeast(1 / 3) },
      { measure: 'rowThroughput', ours: batches, against: floor, ...atLeast(1 / 2) },
    ],
  },
]
