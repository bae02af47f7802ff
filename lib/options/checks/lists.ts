import { types } from 'node:util'
import { mostBytes } from '../../crossing/packing'
import { outOfRange, wrongType } from '../../values/argument-errors'
import type { Bytes, Entries } from '../../values/bytes'
import { bytes, HASH_KEY_LIMIT, hashKeyBytes, isBytes, valueBytes } from './bytes'
import { kindOf } from './describe'

/** Sort keys, at least one. */
export function sortKeyList(sortKeys: Iterable<Bytes>, ifEmpty: string): Bytes[] {
  const list: Bytes[] = []
  for (const sortKey of iterable('sortKeys', sortKeys)) {
    if (!isBytes(sortKey)) bytes(`sortKeys[${list.length}]`, sortKey)
    list.push(sortKey)
  }
  if (list.length === 0) throw outOfRange(`sortKeys must not be empty${ifEmpty}`)
  return list
}

/** Sort key, value, sort key, value …, at least one pair. */
export function entryList(entries: Entries): Bytes[] {
  return tupleList('entries', pairs(entries), ['sortKey', 'value'])
}

/** Hash key, sort key, hash key, sort key …, at least one pair. */
export function keyList(keys: Iterable<readonly [Bytes, Bytes]>): Bytes[] {
  return tupleList('keys', iterable('keys', keys), ['hashKey', 'sortKey'])
}

/** Hash key, sort key, value …, at least one row. */
export function rowList(rows: Iterable<readonly [Bytes, Bytes, Bytes]>): Bytes[] {
  return tupleList('rows', iterable('rows', rows), ['hashKey', 'sortKey', 'value'])
}

/** The check of each part of a tuple. Its message names the part and does not show a value. */
const PARTS = { hashKey: hashKeyBytes, sortKey: bytes, value: valueBytes }

function tupleList(name: string, tuples: Iterable<unknown>, parts: readonly (keyof typeof PARTS)[]): Bytes[] {
  const list: Bytes[] = []
  for (const tuple of tuples) {
    if (!Array.isArray(tuple) || tuple.length !== parts.length) {
      const path = `${name}[${list.length / parts.length}]`
      throw wrongType(`${path} must be an array [${parts.join(', ')}], got ${kindOf(tuple)}`)
    }
    for (let at = 0; at < parts.length; at++) {
      const [part, value] = [parts[at] as keyof typeof PARTS, tuple[at]]
      // The part's path is built only for a message: lists are long, and most have no error.
      if (!isBytes(value) || (part === 'hashKey' && mostBytes(value) >= HASH_KEY_LIMIT)) {
        PARTS[part](`the ${part} of ${name}[${Math.floor(list.length / parts.length)}]`, value)
      }
      list.push(value)
    }
  }
  if (list.length === 0) throw outOfRange(`${name} must not be empty`)
  return list
}

function pairs(entries: Entries): Iterable<unknown> {
  const isRecord = typeof entries === 'object' && entries !== null && !(Symbol.iterator in entries)
  return isRecord ? Object.entries(entries) : iterable('entries', entries)
}

/** Refuses one key in place of a list: it is iterable too, byte by byte. */
export function iterable<T>(name: string, value: Iterable<T>): Iterable<T> {
  const isOneKey = typeof value === 'string' || types.isUint8Array(value)
  if (!isOneKey && typeof value?.[Symbol.iterator] === 'function') return value
  const hint = isOneKey ? ': put a single one into an array' : ''
  throw wrongType(`${name} must be an iterable such as an array, got ${kindOf(value)}${hint}`)
}
