import { outOfRange, wrongType } from '../../values/argument-errors'
import { describe } from './describe'

const MIN_INT64 = -(2n ** 63n)
const MAX_INT64 = 2n ** 63n - 1n

/** The text that servers read as an integer, as C's `strtoll` with base 0: white space, a sign and digits only. */
const INTEGER = /^[ \t\n\v\f\r]*([+-]?)(0[xX][\da-fA-F]+|0[0-7]*|[1-9]\d*)$/

/** Accepts a number or a bigint that fits 64 bits; gives a bigint. */
export function int64(name: string, value: number | bigint): bigint {
  if (typeof value === 'bigint') return inRange(name, value)
  if (typeof value !== 'number') {
    throw wrongType(`${name} must be an integer or a bigint, got ${describe(value)}`)
  }
  if (Number.isSafeInteger(value)) return BigInt(value)
  throw outOfRange(`${name} must be an integer up to 2^53 - 1 in size or a bigint, got ${value}`)
}

/** Refuses text that servers do not read as an integer of 64 bits. */
export function checkIntegerText(name: string, text: Uint8Array): void {
  const [, sign, digits] = INTEGER.exec(Buffer.from(text).toString('latin1')) ?? []
  if (digits === undefined) throw outOfRange(`${name} must be the text of an integer`)
  const size = BigInt(/^0[0-7]/.test(digits) ? `0o${digits}` : digits)
  inRange(name, sign === '-' ? -size : size)
}

function inRange(name: string, value: bigint): bigint {
  if (value >= MIN_INT64 && value <= MAX_INT64) return value
  throw outOfRange(`${name} must be an integer of 64 bits, from -2^63 to 2^63 - 1`)
}
