import type { NativeFault } from '../crossing/native'
import type { FaultRule } from '../options/faults'
import { notConstructible } from '../values/argument-errors'

/** For {@link LocalCluster}: only a local cluster makes faults. */
export let makeFault: (rule: FaultRule, native: NativeFault, forget: (fault: Fault) => void) => Fault

/**
 * A rule that is active at a local cluster until it is removed: see {@link LocalCluster.addFault}.
 *
 * @example
 * ```ts
 * const fault = cluster.addFault({ rpc: 'put', times: 1, reaction: { error: 'ERR_BUSY' } })
 * await table.set('user', 'name', 'Ada')   // the client retries
 * console.log(fault.hits)                  // 1
 * fault.remove()
 * ```
 */
export class Fault {
  static {
    makeFault = (rule, native, forget) => new Fault(rule, native, forget)
  }

  /** The rule given to {@link LocalCluster.addFault}. */
  readonly rule: FaultRule
  readonly #native: NativeFault
  readonly #forget: (fault: Fault) => void

  private constructor(rule: FaultRule, native: NativeFault, forget: (fault: Fault) => void) {
    if (native === undefined) throw notConstructible('Fault', 'cluster.addFault()')
    this.rule = Object.freeze({ ...rule, reaction: Object.freeze({ ...rule.reaction }) })
    this.#native = native
    this.#forget = forget
  }

  /** The number of requests hit so far, retries included. Can still be read after the rule was removed. */
  get hits(): number {
    return this.#native.hits()
  }

  /**
   * Removes the rule: later requests are handled normally. What the rule already delays still happens at its
   * delayed time. Removing the rule again does nothing.
   */
  remove(): void {
    this.#native.remove()
    this.#forget(this)
  }
}
