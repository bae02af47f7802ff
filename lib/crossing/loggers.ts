import { LOG_LEVELS, type Logger } from '../values/logger'
import type { LogLine } from './native/records'

/** Level names of common libraries that are not functions of a {@link Logger}. */
const OTHER_LEVELS: Record<string, number> = { silent: 0, fatal: 0, trace: LOG_LEVELS.length }

/** The loggers of open clients, by the number under which the addon sends their lines. */
export class Loggers {
  readonly #loggers = new Map<number, Logger>()
  #lastLogId = 0

  add(logger: Logger): number {
    this.#lastLogId++
    this.#loggers.set(this.#lastLogId, logger)
    return this.#lastLogId
  }

  remove(logId: number): void {
    this.#loggers.delete(logId)
  }

  write({ logId, level, message }: LogLine): void {
    // A closed client has no logger any more, but its last lines may still be on their way.
    const logger = this.#loggers.get(logId)
    if (logger !== undefined) writeLine(logger, level, message)
  }
}

const warned = new WeakSet<Logger>()

/** Writes one line. A logger that throws must not break the client: it gets one warning and later lines as usual. */
function writeLine(logger: Logger, level: number, message: string): void {
  const name = LOG_LEVELS[level - 1] ?? 'debug'
  try {
    logger[name](message)
  } catch (error) {
    if (warned.has(logger)) return
    warned.add(logger)
    process.emitWarning(`the logger of a Pegasus client threw: ${error}`, { code: 'PEGASUS_LOGGER' })
  }
}

interface Levelled {
  level?: unknown
  isLevelEnabled?: unknown
}

/** The most detailed level that the logger writes, from 0 to 4. Lines beyond it need not cross. */
export function logLevel(logger: Logger): number {
  const { level, isLevelEnabled } = logger as Levelled
  if (typeof isLevelEnabled === 'function') {
    return LOG_LEVELS.findLastIndex((name) => isLevelEnabled.call(logger, name)) + 1
  }
  if (typeof level !== 'string') return LOG_LEVELS.length
  const index = LOG_LEVELS.indexOf(level as (typeof LOG_LEVELS)[number])
  return index >= 0 ? index + 1 : (OTHER_LEVELS[level] ?? LOG_LEVELS.length)
}
