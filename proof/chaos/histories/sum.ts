import type { Entry } from './history'

/**
 * Checks the last read of a counter: it shows at least all acknowledged increments, and at most those plus all that may
 * have been applied. Returns what is wrong, or `undefined`.
 */
export function checkSum(entries: readonly Entry[]): string | undefined {
  let acknowledged = 0
  let perhaps = 0
  for (const { action, answered, isVoid } of entries) {
    if (action.kind !== 'add' || isVoid) continue
    if (answered === Number.POSITIVE_INFINITY) perhaps += action.by
    else acknowledged += action.by
  }
  const last = entries.findLast(({ action }) => action.kind === 'read')?.action
  if (last?.kind !== 'read') return undefined
  const sum = Number(last.saw ?? 0)
  if (sum >= acknowledged && sum <= acknowledged + perhaps) return undefined
  return `the sum is ${sum}: ${acknowledged} was acknowledged, and ${perhaps} more may have been applied`
}
