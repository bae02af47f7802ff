/** Ends one call. */
type End = () => void

interface Watched {
  ends: Set<End>
  listener: () => void
}

/**
 * Who waits for which signal. A signal has one listener of ours, however many calls it can end: Node warns of
 * a leak when there are more than ten, and a signal for a thousand reads at once is none.
 */
const watched = new WeakMap<AbortSignal, Watched>()

export function watch(signal: AbortSignal, end: End): void {
  const { ends } = watched.get(signal) ?? listen(signal)
  ends.add(end)
}

function listen(signal: AbortSignal): Watched {
  const ends = new Set<End>()
  const listener = () => {
    watched.delete(signal)
    for (const end of ends) end()
  }
  const entry = { ends, listener }
  watched.set(signal, entry)
  signal.addEventListener('abort', listener, { once: true })
  return entry
}

export function unwatch(signal: AbortSignal, end: End): void {
  const entry = watched.get(signal)
  if (entry === undefined || !entry.ends.delete(end) || entry.ends.size > 0) return
  watched.delete(signal)
  signal.removeEventListener('abort', entry.listener)
}
