import { outOfRange, wrongType } from '../../values/argument-errors'
import { describe } from './describe'

export const MAX_INT32 = 2_147_483_647
export const MIN_INT32 = -2_147_483_648
export const MAX_PORT = 65_535
const DEFAULT_PARTITION_COUNT = 8
/** On the wire, expiry is a signed 32-bit number of seconds since 2016-01-01. */
const EXPIRY_EPOCH_SECONDS = 1_451_606_400

export function integer(name: string, value: number, min: number, max: number): number {
  if (typeof value !== 'number') throw wrongType(`${name} must be an integer, got ${describe(value)}`)
  if (Number.isInteger(value) && value >= min && value <= max) return value
  throw outOfRange(`${name} must be an integer from ${min} to ${max}, got ${value}`)
}

/** An integer of at least 1. */
export function positive(name: string, value: number): number {
  return integer(name, value, 1, MAX_INT32)
}

/** An integer of at least 0. */
export function notNegative(name: string, value: number): number {
  return integer(name, value, 0, MAX_INT32)
}

export function partitionCount(name: string, value: number = DEFAULT_PARTITION_COUNT): number {
  return positive(name, value)
}

/** Seconds to live; 0: forever. The moment of expiry must fit what the server stores. */
export function ttl(name: string, value: number): number {
  return integer(name, value, 0, longestTtl())
}

/** As {@link ttl}, for an increment: 0 keeps the expiry of an existing row, -1 removes it. */
export function incrTtl(name: string, value: number): number {
  return integer(name, value, -1, longestTtl())
}

function longestTtl(): number {
  return MAX_INT32 - (Math.floor(Date.now() / 1000) - EXPIRY_EPOCH_SECONDS)
}

/** A fraction from 0 to 1. */
export function share(name: string, value: number): number {
  if (typeof value !== 'number') throw wrongType(`${name} must be a number, got ${describe(value)}`)
  if (value >= 0 && value <= 1) return value
  throw outOfRange(`${name} must be a number from 0 to 1, got ${value}`)
}
