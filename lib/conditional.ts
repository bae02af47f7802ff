import * as check from './arguments'
import { CheckType } from './enums'
import { outOfRange, wrongType } from './errors'
import { checkIntegerText, int64 } from './int64'
import type * as options from './options'
import { pack } from './packing'
import { type Checks, checked } from './schema'

const NO_BYTES = new Uint8Array(0)

const CHECK = {
  sortKey: check.bytes,
  type: check.checkType,
  operand: (_name: string, operand: unknown) => operand as options.Check['operand'],
  returnCheckValue: check.boolean,
} satisfies Checks<options.Check>
const CHECKED_SET = {
  sortKey: check.bytes,
  value: check.valueBytes,
  ttlSeconds: check.ttl,
} satisfies Checks<options.CheckedSet>
const MUTATION = { set: check.bytes, value: check.valueBytes, ttlSeconds: check.ttl, del: check.bytes }

/** What the addon takes for a check. */
export function checkFields(given: options.Check) {
  const { sortKey, type, operand, returnCheckValue = false } = checked(given, CHECK, 'check')
  if (sortKey === undefined) throw wrongType('check.sortKey is missing')
  if (type === undefined) throw wrongType('check.type is missing')
  return { sortKey, type, operand: operandBytes(type, operand), returnCheckValue }
}

/** An operand that nothing looks at, or that is missing, would quietly check something else than was meant. */
function operandBytes(type: CheckType, operand: options.Check['operand']): Uint8Array {
  const name = `CheckType.${CheckType[type]}`
  const isInteger = type >= CheckType.ValueIntLess
  if (type <= CheckType.ValueNotEmpty) return noOperand(name, operand)
  if (operand === undefined) throw wrongType(`check.operand is missing: ${name} compares the value with it`)
  if (typeof operand !== 'number' && typeof operand !== 'bigint') {
    const text = check.valueBytes('check.operand', operand)
    if (isInteger) checkIntegerText('check.operand', text)
    return text
  }
  if (isInteger) return Buffer.from(String(int64('check.operand', operand)))
  throw wrongType(`check.operand must be bytes: ${name} compares bytes, only CheckType.ValueInt… numbers`)
}

function noOperand(name: string, operand: options.Check['operand']): Uint8Array {
  if (operand === undefined) return NO_BYTES
  const isNumber = typeof operand === 'number' || typeof operand === 'bigint'
  if (!isNumber && check.valueBytes('check.operand', operand).length === 0) return NO_BYTES
  throw wrongType(`check.operand has no effect: ${name} compares the value with nothing`)
}

/** What the addon takes for the row that a checked set writes. */
export function checkedSetFields(given: options.CheckedSet) {
  const { sortKey = null, value, ttlSeconds = 0 } = checked(given, CHECKED_SET, 'set')
  if (value === undefined) throw wrongType('set.value is missing')
  return { sortKey, value, ttlSeconds }
}

const DELETION = -1n

/** Packs mutations for the addon, in their order. */
export function packMutations(mutations: Iterable<options.Mutation>): Buffer {
  const list: Uint8Array[] = []
  let count = 0
  for (const mutation of check.iterable('mutations', mutations)) {
    list.push(...mutationParts(`mutations[${count}]`, mutation))
    count++
  }
  if (count === 0) throw outOfRange('mutations must not be empty')
  return pack(list)
}

/** Lifetime, sort key, value. */
function mutationParts(name: string, mutation: options.Mutation): [Uint8Array, Uint8Array, Uint8Array] {
  const { set, del, ...write } = checked(mutation, MUTATION, name)
  if ((set === undefined) === (del === undefined)) throw wrongType(`${name} must have either set or del`)
  if (del !== undefined) {
    const [extra] = Object.keys(write)
    if (extra !== undefined) throw wrongType(`${name} removes a row: ${extra} has no effect`)
    return [lifetime(DELETION), del, NO_BYTES]
  }
  const { value, ttlSeconds = 0 } = write
  if (set === undefined || value === undefined) throw wrongType(`${name}.value is missing`)
  return [lifetime(BigInt(ttlSeconds)), set, value]
}

function lifetime(seconds: bigint): Uint8Array {
  const packed = Buffer.allocUnsafe(8)
  packed.writeBigInt64LE(seconds)
  return packed
}

/** Bits of the byte with which the addon's answer to a conditional write starts; the checked value follows. */
const SUCCEEDED = 1
const RETURNED = 2
const EXISTED = 4

export function decodeCheckResult(answer: Buffer): options.CheckResult {
  const bits = answer[0] ?? 0
  const checkValueExist = (bits & EXISTED) !== 0
  return {
    succeeded: (bits & SUCCEEDED) !== 0,
    checkValueReturned: (bits & RETURNED) !== 0,
    checkValueExist,
    checkValue: checkValueExist ? answer.subarray(1) : null,
  }
}
