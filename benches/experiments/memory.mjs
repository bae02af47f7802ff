// The memory that the process takes.
import { atMost, atMostMore, entrant } from '../compare.mjs'

const IN_FLIGHT = 1024

const points = entrant('memory', 'get and set', IN_FLIGHT)
const scan = entrant('scanMemory', 'scan', 1)

export const MEMORY = [
  {
    work: 'memory',
    inFlight: IN_FLIGHT,
    command: 'memory',
    fields: { operations: 1_000_000, warmUpOperations: 500_000, inFlight: IN_FLIGHT },
    rounds: 1,
    entrants: [points],
    rows: [{ measure: 'peak', ours: points, against: points, againstMeasure: 'start', ...atMost(1.1) }],
  },
  {
    work: 'memory',
    inFlight: 1,
    command: 'scanMemory',
    table: 'scan',
    rounds: 1,
    entrants: [scan],
    rows: [{ measure: 'peak', ours: scan, against: scan, againstMeasure: 'start', ...atMostMore(100, 'MB') }],
  },
]
