import { outOfRange, wrongType } from '../values/argument-errors'
import { type Bytes, NO_BYTES } from '../values/bytes'
import { CheckType } from '../values/enums'
import { bytes, valueBytes } from './checks/bytes'
import { checkIntegerText, int64 } from './checks/int64'
import { boolean, checkType } from './checks/kinds'
import { iterable } from './checks/lists'
import { ttl } from './checks/numbers'
import { type Checks, checked } from './checks/schema'

/** The condition of a conditional write. */
export interface Check {
  /** The checked row, under the hash key of the call. The write may change other rows than this one. */
  sortKey: Bytes
  /** The condition. */
  type: CheckType
  /**
   * The value of the row is compared with this. `ValueMatch…`, `ValueBytes…` and `ValueInt…` require it, all other
   * types refuse it. For `ValueInt…`, pass a number, a bigint or the text of a 64-bit integer. The text may start with
   * white space and a sign. It is hexadecimal after `0x` and octal after `0`.
   */
  operand?: Bytes | number | bigint
  /** Returns the value of the checked row, see {@link CheckResult}. Default false. */
  returnCheckValue?: boolean
}

/** The row that {@link Table.checkAndSet} writes. */
export interface CheckedSet {
  /** The sort key of the written row. Default: the checked row. */
  sortKey?: Bytes
  /** The new value. */
  value: Bytes
  /** As {@link WriteOptions.ttlSeconds}. */
  ttlSeconds?: number
}

/**
 * A change of one row, for {@link Table.checkAndMutate}. `{ set, value }` writes the row with the sort key `set`;
 * `ttlSeconds` works as in {@link WriteOptions.ttlSeconds}. `{ del }` removes the row with the sort key `del`.
 */
export type Mutation = { set: Bytes; value: Bytes; ttlSeconds?: number } | { del: Bytes }

const CHECK = {
  sortKey: bytes,
  type: checkType,
  operand: (_name: string, operand: unknown) => operand as Check['operand'],
  returnCheckValue: boolean,
} satisfies Checks<Check>
const CHECKED_SET = { sortKey: bytes, value: valueBytes, ttlSeconds: ttl } satisfies Checks<CheckedSet>
const MUTATION = { set: bytes, value: valueBytes, ttlSeconds: ttl, del: bytes }

export function checkFields(given: Check) {
  const { sortKey, type, operand, returnCheckValue = false } = checked(given, CHECK, 'check')
  if (sortKey === undefined) throw wrongType('check.sortKey is missing')
  if (type === undefined) throw wrongType('check.type is missing')
  return { sortKey, type, operand: operandBytes(type, operand), returnCheckValue }
}

/** Refuses a missing operand, and one that the condition ignores: the write would silently check something else. */
function operandBytes(type: CheckType, operand: Check['operand']): Uint8Array {
  const name = `CheckType.${CheckType[type]}`
  const isInteger = type >= CheckType.ValueIntLess
  if (type <= CheckType.ValueNotEmpty) return noOperand(name, operand)
  if (operand === undefined) throw wrongType(`check.operand is missing: ${name} compares the value with it`)
  if (typeof operand !== 'number' && typeof operand !== 'bigint') {
    const text = valueBytes('check.operand', operand)
    if (isInteger) checkIntegerText('check.operand', text)
    return text
  }
  if (isInteger) return Buffer.from(String(int64('check.operand', operand)))
  throw wrongType(`check.operand must be bytes: ${name} compares bytes, only CheckType.ValueInt… numbers`)
}

function noOperand(name: string, operand: Check['operand']): Uint8Array {
  if (operand === undefined) return NO_BYTES
  const isNumber = typeof operand === 'number' || typeof operand === 'bigint'
  if (!isNumber && valueBytes('check.operand', operand).length === 0) return NO_BYTES
  throw wrongType(`check.operand has no effect: ${name} compares the value with nothing`)
}

export function checkedSetFields(given: CheckedSet) {
  const { sortKey = null, value, ttlSeconds = 0 } = checked(given, CHECKED_SET, 'set')
  if (value === undefined) throw wrongType('set.value is missing')
  return { sortKey, value, ttlSeconds }
}

/** In place of the seconds of a lifetime: the row is removed. */
const REMOVAL = -1n

/** Lifetime, sort key, value, lifetime, sort key, value …, at least one mutation. */
export function mutationList(mutations: Iterable<Mutation>): Uint8Array[] {
  const list: Uint8Array[] = []
  let count = 0
  for (const mutation of iterable('mutations', mutations)) {
    list.push(...mutationParts(`mutations[${count}]`, mutation))
    count++
  }
  if (count === 0) throw outOfRange('mutations must not be empty')
  return list
}

function mutationParts(name: string, mutation: Mutation): [Uint8Array, Uint8Array, Uint8Array] {
  const { set, del, ...write } = checked(mutation, MUTATION, name)
  if ((set === undefined) === (del === undefined)) throw wrongType(`${name} must have either set or del`)
  if (del !== undefined) {
    const [extra] = Object.keys(write)
    if (extra !== undefined) throw wrongType(`${name} removes a row: ${extra} has no effect`)
    return [lifetime(REMOVAL), del, NO_BYTES]
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
