import { notConstructible } from './errors'
import type { FaultRule } from './fault-options'
import type { NativeFault } from './native'

/** For local clusters, which alone make them. */
export let makeFault: (rule: FaultRule, native: NativeFault, forget: (fault: Fault) => void) => Fault

/**
 * A rule that is in force at a local cluster, until it is removed: see {@link LocalCluster.addFault}.
 *
 * @example
 * ```ts
 * const fault = cluster.addFault({ rpc: 'put', times: 1, reaction: { error: 'ERR_BUSY' } })
 * await table.set('user', 'name', 'Ada')   // the client tries again
 * console.log(fault.hits)                  // 1
 * fault.remove()
 * ```
 */
export class Fault {
  static {
    makeFault = (rule, native, forget) => new Fault(rule, native, forget)
  }

  /** What it was made of. */
  readonly rule: FaultRule
  readonly #native: NativeFault
  readonly #forget: (fault: Fault) => void

  private constructor(rule: FaultRule, native: NativeFault, forget: (fault: Fault) => void) {
    if (native === undefined) throw notConstructible('Fault', 'cluster.addFault()')
    this.rule = Object.freeze({ ...rule, reaction: Object.freeze({ ...rule.reaction }) })
    this.#native = native
    this.#forget = forget
  }

  /** How many requests it has taken so far; those of retries count too. Can be read after it was removed. */
  get hits(): number {
    return this.#native.hits()
  }

  /**
   * Removes the rule: requests that come from now on are answered as ever. An answer that it delays comes when it
   * would have come. Removing it again does nothing.
   */
  remove(): void {
    this.#native.remove()
    this.#forget(this)
  }
}
