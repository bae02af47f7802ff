import { setTimeout as sleep } from 'node:timers/promises'
import { CLIENTS, churn, keptAfter } from './churn'
import { ClusterProcess } from './cluster'
import { Load } from './load'
import { inWords, type Measure, TOLERANCES, trends } from './trend'
import { settledUsage, type Usage } from './usage'

const MEASURES = Object.keys(TOLERANCES) as Measure[]
const SAMPLES = 60
const SAMPLE_AT_LEAST_MS = 250

export interface SoakPlan {
  minutes: number
  seed: number
}

/** Runs a soak and prints its table; false if a measure grew. */
export async function runSoak({ minutes, seed }: SoakPlan, print: (line: string) => void): Promise<boolean> {
  print(`soak for ${minutes} minutes with --seed ${seed}`)
  const cluster = await ClusterProcess.start()
  const isFlat = await underLoad(cluster, minutes, seed, print)
  const isBack = await afterChurn(cluster, print)
  await cluster.stop()
  print(isFlat && isBack ? 'flat' : 'it grows')
  return isFlat && isBack
}

async function underLoad(
  cluster: ClusterProcess,
  minutes: number,
  seed: number,
  print: (line: string) => void,
): Promise<boolean> {
  const end = new AbortController()
  const load = new Load(cluster, seed, end.signal)
  const running = load.run()
  const samples: Usage[] = []
  const everyMs = Math.max(SAMPLE_AT_LEAST_MS, (minutes * 60_000) / SAMPLES)
  const count = Math.round((minutes * 60_000) / everyMs)
  print(row(['seconds', ...MEASURES, 'operations']))
  const start = performance.now()
  while (samples.length < count) {
    // A load that fails ends the soak at once.
    await Promise.race([sleep(everyMs), running])
    const sample = await load.quietly(settledUsage)
    samples.push(sample)
    const seconds = ((performance.now() - start) / 1000).toFixed(0)
    print(row([seconds, ...values(sample), String(load.counts.operations)]))
  }
  end.abort()
  await running
  print(`in all: ${JSON.stringify(load.counts)}`)
  const found = trends(samples)
  print('after the warm-up, first third and last third (medians), and what they may differ by:')
  for (const { measure, first, last, grows } of found) {
    const bounds = [first, last, TOLERANCES[measure]].map((value) => inWords(measure, value))
    print(row([measure, ...bounds, grows ? 'GROWS' : 'flat']))
  }
  return found.every(({ grows }) => !grows)
}

/** Checks that closed clients give everything back. */
async function afterChurn(cluster: ClusterProcess, print: (line: string) => void): Promise<boolean> {
  const { before, after } = await churn(cluster.metaServers, 'soak')
  print(`before and after ${CLIENTS} clients were opened and closed:`)
  const kept = keptAfter(before, after)
  for (const measure of MEASURES) {
    const cells = [before[measure], after[measure]].map((value) => inWords(measure, value))
    print(row([measure, ...cells, kept.includes(measure) ? 'GROWS' : 'back']))
  }
  return kept.length === 0
}

function values(sample: Usage): string[] {
  return MEASURES.map((measure) => inWords(measure, sample[measure]))
}

function row(cells: string[]): string {
  return cells.map((cell) => cell.padStart(11)).join(' ')
}
