import { types } from 'node:util'
import { CheckType, FilterType } from './enums'
import { outOfRange, wrongType } from './errors'
import type { Bytes, Entries } from './options'
import { mostBytes } from './packing'

/** The server keeps a key's length in 16 bits and takes the largest value for itself. */
export const HASH_KEY_LIMIT = 65_535
const PREVIEW_BYTES = 16
/** No number's text is longer; a bigint's may be, and may be a key that should have been a string. */
const MOST_DIGITS = 24
export const MAX_INT32 = 2_147_483_647
export const MIN_INT32 = -2_147_483_648
/** Expiry on the wire counts seconds from 2016-01-01, as a signed 32-bit number. */
const EXPIRY_EPOCH_SECONDS = 1_451_606_400

const SHOWN: readonly string[] = ['number', 'bigint', 'boolean']

/** Names what was given, for a message: the type and, where that is short and tells no content, the value. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (SHOWN.includes(typeof value)) return `${typeof value} ${shortened(String(value))}`
  if (typeof value === 'string') return `string ${preview(Buffer.from(value))}`
  return kindOf(value)
}

/** As {@link describe}, where even a short value must not show: what users store. */
function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value !== 'object') return `a ${typeof value}`
  return `an object of class ${value.constructor?.name ?? 'null'}`
}

function preview(bytes: Uint8Array): string {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, PREVIEW_BYTES))
  return JSON.stringify(start.toString()) + (bytes.length > PREVIEW_BYTES ? '…' : '')
}

/** The start of a text that may be a key, in quotes. */
export function previewText(text: string): string {
  return preview(Buffer.from(text))
}

function shortened(text: string): string {
  return text.length > MOST_DIGITS ? `${text.slice(0, PREVIEW_BYTES)}…` : text
}

/** A key or a pattern. The bytes are not copied: the addon does that while it is called. */
export function bytes(name: string, value: Bytes): Uint8Array {
  return toBytes(value) ?? refuseBytes(name, describe(value))
}

export function valueBytes(name: string, value: Bytes): Uint8Array {
  return toBytes(value) ?? refuseBytes(name, kindOf(value))
}

function toBytes(value: Bytes): Uint8Array | undefined {
  if (typeof value === 'string') return Buffer.from(value, 'utf8')
  return types.isUint8Array(value) ? value : undefined
}

/** Whether a value can be a key or a value at all. */
export function isBytes(value: unknown): value is Bytes {
  return typeof value === 'string' || types.isUint8Array(value)
}

function refuseBytes(name: string, given: string): never {
  throw wrongType(`${name} must be a string, a Buffer or another Uint8Array, got ${given}`)
}

/** The hash key of one row; it may be empty, the sort key then decides about the partition. */
export function hashKeyBytes(name: string, value: Bytes): Uint8Array {
  const hashKey = bytes(name, value)
  if (hashKey.length < HASH_KEY_LIMIT) return hashKey
  const given = `${hashKey.length} bytes that start with ${preview(hashKey)}`
  throw outOfRange(`${name} must be shorter than ${HASH_KEY_LIMIT} bytes, got ${given}`)
}

/** The hash key of an operation on all its rows, which must lie in one partition. */
export function groupKeyBytes(value: Bytes): Uint8Array {
  const hashKey = hashKeyBytes('hashKey', value)
  if (hashKey.length > 0) return hashKey
  throw outOfRange('hashKey must not be empty here: only operations on rows one by one take an empty one')
}

export function integer(name: string, value: number, min: number, max: number): number {
  if (typeof value !== 'number') throw wrongType(`${name} must be an integer, got ${describe(value)}`)
  if (Number.isInteger(value) && value >= min && value <= max) return value
  throw outOfRange(`${name} must be an integer from ${min} to ${max}, got ${value}`)
}

/** Seconds to live; 0 is none. The moment of expiry has to fit what the server stores. */
export function ttl(name: string, value: number): number {
  return integer(name, value, 0, longestTtl())
}

/** The same where the expiry of a row that is there stays with 0, and goes with -1. */
export function incrTtl(name: string, value: number): number {
  return integer(name, value, -1, longestTtl())
}

function longestTtl(): number {
  return MAX_INT32 - (Math.floor(Date.now() / 1000) - EXPIRY_EPOCH_SECONDS)
}

/** A part of the whole. */
export function share(name: string, value: number): number {
  if (typeof value !== 'number') throw wrongType(`${name} must be a number, got ${describe(value)}`)
  if (value >= 0 && value <= 1) return value
  throw outOfRange(`${name} must be a number from 0 to 1, got ${value}`)
}

export function oneOf(name: string, value: string, allowed: readonly string[]): string {
  if (allowed.includes(value)) return value
  throw wrongType(`${name} must be ${allowed.map((one) => `'${one}'`).join(' or ')}, got ${describe(value)}`)
}

export function boolean(name: string, value: boolean): boolean {
  if (typeof value === 'boolean') return value
  throw wrongType(`${name} must be true or false, got ${describe(value)}`)
}

/** Anything that behaves like an AbortSignal: those of other realms and of polyfills do. */
export function signal(name: string, value: AbortSignal): AbortSignal {
  const isSignal = typeof value?.aborted === 'boolean' && typeof value.addEventListener === 'function'
  if (isSignal) return value
  throw wrongType(`${name} must be an AbortSignal, got ${describe(value)}`)
}

export function nonEmptyString(name: string, value: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw wrongType(`${name} must be a non-empty string, got ${describe(value)}`)
}

export function filterType(name: string, value: FilterType): FilterType {
  if (typeof value === 'number' && FilterType[value] !== undefined) return value
  throw wrongType(`${name} must be a FilterType (0 to 3), got ${describe(value)}`)
}

export function checkType(name: string, value: CheckType): CheckType {
  if (typeof value === 'number' && CheckType[value] !== undefined) return value
  throw wrongType(`${name} must be a CheckType (0 to 17), got ${describe(value)}`)
}

// biome-ignore lint/complexity/noBannedTypes: any function will do.
export function callback<F extends Function>(name: string, value: F): F {
  if (typeof value === 'function') return value
  throw wrongType(`${name} must be a function, got ${describe(value)}`)
}

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

/** How each part of a tuple is checked; its message must say which one it is, and show no value. */
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
      // Its name is made for a message only: most lists are long and have nothing wrong.
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

export function iterable<T>(name: string, value: Iterable<T>): Iterable<T> {
  const isOneKey = typeof value === 'string' || types.isUint8Array(value)
  if (!isOneKey && typeof value?.[Symbol.iterator] === 'function') return value
  const hint = isOneKey ? ': put a single one into an array' : ''
  throw wrongType(`${name} must be an iterable such as an array, got ${kindOf(value)}${hint}`)
}
