/** Receives the client's log lines. `console` fits, and so do pino and similar loggers. */
export interface Logger {
  error(message: string): void
  warn(message: string): void
  info(message: string): void
  debug(message: string): void
}

/** From the most important level to the most detailed one. */
export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const
