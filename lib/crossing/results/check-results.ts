import type { CheckResult } from '../../values/outcomes'
import { CheckResultBit } from '../native'

/** Reads the answer to a conditional write: a byte of bits, then the value of the checked row. */
export function decodeCheckResult(answer: Buffer): CheckResult {
  const bits = answer[0] ?? 0
  const checkValueExist = (bits & CheckResultBit.Existed) !== 0
  return {
    succeeded: (bits & CheckResultBit.Succeeded) !== 0,
    checkValueReturned: (bits & CheckResultBit.Returned) !== 0,
    checkValueExist,
    checkValue: checkValueExist ? answer.subarray(1) : null,
  }
}
