/** Receives the client's log lines. `console` fits, and so do pino and similar loggers. */
export interface Logger {
  error(message: string): void
  warn(message: string): void
  info(message: string): void
  debug(message: string): void
}

/** In the order of the addon's level numbers, which start at 1. */
export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const
