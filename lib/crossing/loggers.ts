import { inspect } from 'node:util'
import { LOG_LEVELS, type Logger } from '../values/logger'
import { LogLevel, type LogLine } from './native'

/** The level of the lines that each function of a {@link Logger} gets. */
const LEVEL_OF = {
  error: LogLevel.Error,
  warn: LogLevel.Warn,
  info: LogLevel.Info,
  debug: LogLevel.Debug,
} satisfies Record<keyof Logger, LogLevel>

/** Level names of common libraries that are not functions of a {@link Logger}. */
const OTHER_LEVELS = { silent: LogLevel.None, fatal: LogLevel.None, trace: LogLevel.Debug }

const LEVEL_BY_NAME = new Map<string, LogLevel>(Object.entries({ ...LEVEL_OF, ...OTHER_LEVELS }))

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
function writeLine(logger: Logger, level: LogLevel, message: string): void {
  const name = LOG_LEVELS.find((name) => LEVEL_OF[name] === level) ?? 'debug'
  try {
    logger[name](message)
  } catch (error) {
    if (warned.has(logger)) return
    warned.add(logger)
    process.emitWarning(`the logger of a Pegasus client threw: ${thrown(error)}`, { code: 'PEGASUS_LOGGER' })
  }
}

/** The first line of what was thrown, whatever it is: it is never empty, and nothing of the value is called. */
function thrown(error: unknown): string {
  const [line = ''] = inspect(error, { customInspect: false, depth: 0 }).split('\n', 1)
  return line
}

interface Levelled {
  level?: unknown
  isLevelEnabled?: unknown
}

/** The most detailed level that the logger writes. Lines beyond it need not cross. */
export function logLevel(logger: Logger): LogLevel {
  const { level, isLevelEnabled } = logger as Levelled
  if (typeof isLevelEnabled === 'function') {
    const name = LOG_LEVELS.findLast((name) => isLevelEnabled.call(logger, name))
    return name === undefined ? LogLevel.None : LEVEL_OF[name]
  }
  if (typeof level !== 'string') return LogLevel.Debug
  return LEVEL_BY_NAME.get(level) ?? LogLevel.Debug
}
