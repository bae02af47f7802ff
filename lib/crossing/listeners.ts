import type { CountProgress } from '../values/rows'
import { Unanswered } from './answers'

export type OnProgress = (progress: CountProgress) => void
export type OnMaybeStale = () => void

/** The callbacks of running operations, by token. */
export class Listeners {
  readonly #onProgress = new Map<number, OnProgress>()
  readonly #onMaybeStale = new Map<number, OnMaybeStale>()

  /** `giveUp` ends the operation when `onProgress` throws. */
  addProgress(token: number, onProgress: OnProgress, giveUp: (reason: unknown) => void): void {
    this.#onProgress.set(token, (progress) => {
      try {
        onProgress(progress)
      } catch (error) {
        giveUp(error)
      }
    })
  }

  addMaybeStale(token: number, onMaybeStale: OnMaybeStale): void {
    this.#onMaybeStale.set(token, onMaybeStale)
  }

  remove(token: number): void {
    this.#onProgress.delete(token)
    this.#onMaybeStale.delete(token)
  }

  progress(token: number, progress: CountProgress): void {
    this.#onProgress.get(token)?.(progress)
  }

  /** Reports that a secondary gave the answer, and gives the answer back, or what the callback threw. */
  maybeStale(token: number, answer: unknown): unknown {
    try {
      this.#onMaybeStale.get(token)?.()
      return answer
    } catch (error) {
      return new Unanswered(() => error)
    }
  }
}
