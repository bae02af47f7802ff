import type { Worker } from './worker'

/** A kind of operation that workers draw. */
export interface Work {
  /** How often it is drawn, compared with others. */
  weight: number
  run(worker: Worker): Promise<void>
}
