import { inALaterTurn } from './turns'

/** Calls of one signal that are ended in one turn of the event loop. */
const ENDS_IN_A_TURN = 2048

/** Ends one call. */
type OnAbort = () => void

interface Watched {
  ends: Set<OnAbort>
  listener: () => void
}

/**
 * The running calls of each signal. A signal gets one listener from this library, however many calls use it: Node
 * warns of a leak at more than ten listeners, and one signal for a thousand reads is normal use.
 */
const watched = new WeakMap<AbortSignal, Watched>()

export function watch(signal: AbortSignal, end: OnAbort): void {
  const { ends } = watched.get(signal) ?? listen(signal)
  ends.add(end)
}

function listen(signal: AbortSignal): Watched {
  const ends = new Set<OnAbort>()
  const listener = () => {
    let ended = 0
    for (const end of ends) {
      // The others still wait for their answers, so they stay watched: one that has its answer is not ended.
      if (ended === ENDS_IN_A_TURN) return void inALaterTurn(listener)
      ended++
      ends.delete(end)
      end()
    }
    watched.delete(signal)
  }
  const entry = { ends, listener }
  watched.set(signal, entry)
  signal.addEventListener('abort', listener, { once: true })
  return entry
}

export function unwatch(signal: AbortSignal, end: OnAbort): void {
  const entry = watched.get(signal)
  if (entry === undefined || !entry.ends.delete(end) || entry.ends.size > 0) return
  watched.delete(signal)
  signal.removeEventListener('abort', entry.listener)
}
