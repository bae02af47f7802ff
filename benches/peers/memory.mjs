// How large this process is while it works.

const MEGABYTE = 2 ** 20
/** Often enough to see a peak, seldom enough to cost nothing. */
const SAMPLE_MS = 10

/** The largest resident size while `work` runs, and the one before it, in megabytes. */
export async function watchMemory(work) {
  const start = process.memoryUsage.rss()
  let peak = start
  const sample = () => {
    peak = Math.max(peak, process.memoryUsage.rss())
  }
  const timer = setInterval(sample, SAMPLE_MS)
  try {
    await work()
  } finally {
    clearInterval(timer)
  }
  sample()
  return { startMegabytes: start / MEGABYTE, peakMegabytes: peak / MEGABYTE }
}

/** Runs so many operations, so many of them at a time. */
export async function runMany(once, operations, inFlight) {
  let left = operations
  const loops = Array.from({ length: inFlight }, async () => {
    while (left-- > 0) await once()
  })
  await Promise.all(loops)
}
