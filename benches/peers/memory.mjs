// Measures the memory of this process while it works.

const MEGABYTE = 2 ** 20
/** Short enough to see a peak, long enough to cost nothing. */
const SAMPLE_MS = 10

/** Resident memory in megabytes: before `work`, and the peak while it runs. */
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

/** Runs `operations` operations, `inFlight` at a time. */
export async function runMany(once, operations, inFlight) {
  let left = operations
  const loops = Array.from({ length: inFlight }, async () => {
    while (left-- > 0) await once()
  })
  await Promise.all(loops)
}
