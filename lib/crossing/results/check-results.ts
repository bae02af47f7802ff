import type { CheckResult } from '../../values/outcomes'

/** Bits of the first byte of the addon's answer to a conditional write. The value of the checked row follows it. */
const SUCCEEDED = 1
const RETURNED = 2
const EXISTED = 4

export function decodeCheckResult(answer: Buffer): CheckResult {
  const bits = answer[0] ?? 0
  const checkValueExist = (bits & EXISTED) !== 0
  return {
    succeeded: (bits & SUCCEEDED) !== 0,
    checkValueReturned: (bits & RETURNED) !== 0,
    checkValueExist,
    checkValue: checkValueExist ? answer.subarray(1) : null,
  }
}
