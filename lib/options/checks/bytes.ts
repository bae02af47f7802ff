import { types } from 'node:util'
import { mostBytes } from '../../crossing/packing'
import { outOfRange, wrongType } from '../../values/argument-errors'
import type { Bytes } from '../../values/bytes'
import { describe, kindOf, preview } from './describe'

/** The server stores a key's length in 16 bits and reserves the largest value. */
export const HASH_KEY_LIMIT = 65_535

/** Checks a key or a pattern. The bytes are not copied here: the addon copies them during its call. */
export function bytes(name: string, value: Bytes): Uint8Array {
  return toBytes(value) ?? refuseBytes(name, describe(value))
}

/** As {@link bytes}, for a value to store: the message must not show it. */
export function valueBytes(name: string, value: Bytes): Uint8Array {
  return toBytes(value) ?? refuseBytes(name, kindOf(value))
}

function toBytes(value: Bytes): Uint8Array | undefined {
  if (typeof value === 'string') return Buffer.from(value, 'utf8')
  return types.isUint8Array(value) ? value : undefined
}

export function isBytes(value: unknown): value is Bytes {
  return typeof value === 'string' || types.isUint8Array(value)
}

function refuseBytes(name: string, given: string): never {
  throw wrongType(`${name} must be a string, a Buffer or another Uint8Array, got ${given}`)
}

/** Checks the hash key of one row. It may be empty: then the sort key selects the partition. */
export function hashKeyBytes(name: string, value: Bytes): Uint8Array {
  const hashKey = bytes(name, value)
  if (hashKey.length < HASH_KEY_LIMIT) return hashKey
  const given = `${hashKey.length} bytes that start with ${preview(hashKey)}`
  throw outOfRange(`${name} must be shorter than ${HASH_KEY_LIMIT} bytes, got ${given}`)
}

/** Checks the hash key of an operation on all its rows. It must not be empty: the rows must lie in one partition. */
export function groupKeyBytes(value: Bytes): Uint8Array {
  const hashKey = hashKeyBytes('hashKey', value)
  if (hashKey.length > 0) return hashKey
  throw outOfRange('hashKey must not be empty here: only operations on rows one by one take an empty one')
}

/** Checks the arguments of an operation on one row. Strings are not encoded here: their bytes go straight to the addon. */
export function checkRow(hashKey: Bytes, sortKey: Bytes, value: Bytes): void {
  if (!isBytes(hashKey)) bytes('hashKey', hashKey)
  if (!isBytes(sortKey)) bytes('sortKey', sortKey)
  if (!isBytes(value)) valueBytes('value', value)
  if (mostBytes(hashKey) >= HASH_KEY_LIMIT) hashKeyBytes('hashKey', hashKey)
}
