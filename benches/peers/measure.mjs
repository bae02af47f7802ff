// One measurement: operations, seconds and CPU seconds of an interval after a warm-up.
import { setTimeout as sleep } from 'node:timers/promises'
import { lengthOf } from '../rows.mjs'

/**
 * With many operations in flight one in this many is timed: reading the clock twice takes a good part of the time of
 * an operation. All peers do the same.
 */
const SAMPLED = 16

class Meter {
  operations = 0
  samples = []
  isOver = false
}

/** Runs `inFlight` loops; each awaits its operation and checks the answer before the next one. */
export async function measure(work, { inFlight, seconds, warmUpSeconds }) {
  const meter = new Meter()
  const every = inFlight === 1 ? 1 : SAMPLED
  const loops = Array.from({ length: inFlight }, (_, index) => repeat(meter, work, index, every))
  const measured = watch(meter, seconds, warmUpSeconds)
  // A loop that fails ends the measurement at once.
  await Promise.race([measured, Promise.all(loops)])
  await Promise.all(loops)
  return measured
}

/** `first` differs between loops, so that they do not all time the same turn. */
async function repeat(meter, { once, check }, first, every) {
  for (let turn = first; !meter.isOver; turn++) {
    if (turn % every === 0) {
      const startedAt = performance.now()
      const answer = await once()
      meter.samples.push(performance.now() - startedAt)
      check(answer)
    } else {
      check(await once())
    }
    meter.operations++
  }
}

async function watch(meter, seconds, warmUpSeconds) {
  await sleep(warmUpSeconds * 1000)
  meter.samples.length = 0
  const [before, startedAt, cpu] = [meter.operations, performance.now(), process.cpuUsage()]
  await sleep(seconds * 1000)
  const { user, system } = process.cpuUsage(cpu)
  const elapsedMs = performance.now() - startedAt
  const operations = meter.operations - before
  meter.isOver = true
  return {
    operations,
    seconds: elapsedMs / 1000,
    cpuSeconds: (user + system) / 1e6,
    latencyMs: quantiles(meter.samples),
  }
}

function quantiles(samples) {
  const sorted = Float64Array.from(samples).sort()
  const at = (part) => sorted[Math.min(Math.floor(sorted.length * part), sorted.length - 1)]
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99) }
}

/** Runs `scan` once and checks that it saw every row. Rows count as operations. */
export async function measureOnce(scan, rows) {
  const [startedAt, cpu] = [performance.now(), process.cpuUsage()]
  const { count, bytes } = await scan()
  const { user, system } = process.cpuUsage(cpu)
  const seconds = (performance.now() - startedAt) / 1000
  const expected = rows.hashKeys.length * rows.sortKeys.length
  const expectedBytes = expected * lengthOf(rows.any())
  if (count !== expected || bytes !== expectedBytes) {
    throw new Error(`${count} rows of ${bytes} bytes were seen; ${expected} of ${expectedBytes} are there`)
  }
  return { operations: count, seconds, cpuSeconds: (user + system) / 1e6 }
}
