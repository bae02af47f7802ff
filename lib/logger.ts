import { describe } from './arguments'
import { wrongType } from './errors'
import type { Logger } from './options'

/** In the order of the addon's level numbers, which start at 1. */
const LEVELS = ['error', 'warn', 'info', 'debug'] as const
/** What libraries call the levels that are not functions of a {@link Logger}. */
const OTHER_LEVELS: Record<string, number> = { silent: 0, fatal: 0, trace: LEVELS.length }

const warned = new WeakSet<Logger>()

/** A logger that breaks must not break the client: it is reported once, and asked again for later lines. */
export function writeLine(logger: Logger, level: number, message: string): void {
  const name = LEVELS[level - 1] ?? 'debug'
  try {
    logger[name](message)
  } catch (error) {
    if (warned.has(logger)) return
    warned.add(logger)
    process.emitWarning(`the logger of a Pegasus client threw: ${error}`, { code: 'PEGASUS_LOGGER' })
  }
}

/** Refuses what has not the four functions. */
export function checkLogger(name: string, logger: Logger | null): Logger | null {
  if (logger === null) return null
  const missing = LEVELS.filter((level) => typeof logger[level] !== 'function')
  if (missing.length === 0) return logger
  const expected = `${name} must be null or have the functions ${LEVELS.join(', ')}`
  throw wrongType(`${expected}; ${describe(logger)} has no ${missing.join(', ')}`)
}

interface Levelled {
  level?: unknown
  isLevelEnabled?: unknown
}

/** The most detailed level this logger would write, 0 to 4, so that other lines need not cross. */
export function logLevel(logger: Logger): number {
  const { level, isLevelEnabled } = logger as Levelled
  if (typeof isLevelEnabled === 'function') {
    return LEVELS.findLastIndex((name) => isLevelEnabled.call(logger, name)) + 1
  }
  if (typeof level !== 'string') return LEVELS.length
  const index = LEVELS.indexOf(level as (typeof LEVELS)[number])
  return index >= 0 ? index + 1 : (OTHER_LEVELS[level] ?? LEVELS.length)
}
