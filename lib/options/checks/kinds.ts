import { wrongType } from '../../values/argument-errors'
import { CheckType, FilterType, NodeStatus, TableStatus } from '../../values/enums'
import { LOG_LEVELS, type Logger } from '../../values/logger'
import { describe } from './describe'

export function oneOf(name: string, value: string, allowed: readonly string[]): string {
  if (allowed.includes(value)) return value
  throw wrongType(`${name} must be ${allowed.map((one) => `'${one}'`).join(' or ')}, got ${describe(value)}`)
}

export function boolean(name: string, value: boolean): boolean {
  if (typeof value === 'boolean') return value
  throw wrongType(`${name} must be true or false, got ${describe(value)}`)
}

/** Accepts everything that behaves like an AbortSignal, also from other realms and polyfills. */
export function signal(name: string, value: AbortSignal): AbortSignal {
  const isSignal = typeof value?.aborted === 'boolean' && typeof value.addEventListener === 'function'
  if (isSignal) return value
  throw wrongType(`${name} must be an AbortSignal, got ${describe(value)}`)
}

export function nonEmptyString(name: string, value: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw wrongType(`${name} must be a non-empty string, got ${describe(value)}`)
}

/** A string, which may be empty. */
export function text(name: string, value: string): string {
  if (typeof value === 'string') return value
  throw wrongType(`${name} must be a string, got ${describe(value)}`)
}

// biome-ignore lint/complexity/noBannedTypes: any function will do.
export function callback<F extends Function>(name: string, value: F): F {
  if (typeof value === 'function') return value
  throw wrongType(`${name} must be a function, got ${describe(value)}`)
}

/** Accepts an object with the four functions of a {@link Logger}. */
export function logger(name: string, value: Logger | null): Logger | null {
  if (value === null) return null
  const missing = LOG_LEVELS.filter((level) => typeof value[level] !== 'function')
  if (missing.length === 0) return value
  const expected = `${name} must be null or have the functions ${LOG_LEVELS.join(', ')}`
  throw wrongType(`${expected}; ${describe(value)} has no ${missing.join(', ')}`)
}

export function filterType(name: string, value: FilterType): FilterType {
  if (typeof value === 'number' && FilterType[value] !== undefined) return value
  throw wrongType(`${name} must be a FilterType (0 to 3), got ${describe(value)}`)
}

export function checkType(name: string, value: CheckType): CheckType {
  if (typeof value === 'number' && CheckType[value] !== undefined) return value
  throw wrongType(`${name} must be a CheckType (0 to 17), got ${describe(value)}`)
}

export function tableStatus(name: string, value: TableStatus): TableStatus {
  if (typeof value === 'number' && TableStatus[value] !== undefined) return value
  throw wrongType(`${name} must be a TableStatus (1 to 7), got ${describe(value)}`)
}

export function nodeStatus(name: string, value: NodeStatus): NodeStatus {
  if (typeof value === 'number' && NodeStatus[value] !== undefined) return value
  throw wrongType(`${name} must be a NodeStatus (1 or 2), got ${describe(value)}`)
}
