// Finds out which measures of a process grow while it runs. None may.

import type { Usage } from './usage'

export type Measure = keyof Usage

const MIB = 1024 * 1024

/** How much the last third may exceed the first third. Allocators and sampling vary by this much. */
export const TOLERANCES: Record<Measure, number> = {
  rss: 16 * MIB,
  heap: 2 * MIB,
  external: MIB,
  resources: 4,
  files: 4,
  sockets: 4,
  threads: 2,
}

/** The share of a run that is left out, in which pools and caches fill. */
const WARM_UP = 0.25

export interface Trend {
  measure: Measure
  /** The medians of the first and the last third of the samples after the warm-up. */
  first: number
  last: number
  grows: boolean
}

/** The trend of each measure. Measures that this system does not provide are left out. */
export function trends(samples: readonly Usage[]): Trend[] {
  const warm = samples.slice(Math.ceil(samples.length * WARM_UP))
  const third = Math.max(1, Math.floor(warm.length / 3))
  const measures = Object.keys(TOLERANCES) as Measure[]
  return measures.flatMap((measure) => {
    const first = median(warm.slice(0, third), measure)
    const last = median(warm.slice(-third), measure)
    if (first === undefined || last === undefined) return []
    return [{ measure, first, last, grows: last - first > TOLERANCES[measure] }]
  })
}

function median(samples: readonly Usage[], measure: Measure): number | undefined {
  const values = samples.flatMap((sample) => sample[measure] ?? []).sort((a, b) => a - b)
  return values[Math.floor(values.length / 2)]
}

/** Formats a number for people: bytes in MiB. */
export function inWords(measure: Measure, value: number | undefined): string {
  if (value === undefined) return '-'
  const isBytes = measure === 'rss' || measure === 'heap' || measure === 'external'
  return isBytes ? `${(value / MIB).toFixed(1)} MiB` : String(value)
}
