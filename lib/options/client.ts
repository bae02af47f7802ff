import { LogLevel, type NativeClientOptions, NOT_GIVEN } from '../crossing/native'
import { outOfRange, wrongType } from '../values/argument-errors'
import type { Logger } from '../values/logger'
import { addresses } from './checks/addresses'
import { logger as checkLogger, oneOf } from './checks/kinds'
import { integer, notNegative, positive } from './checks/numbers'
import { type Checks, checked } from './checks/schema'

/**
 * How operations are retried. The backoff between attempts grows, and each one is random between 0 and its limit.
 *
 * Retries of calls that servers refused for load (`ERR_CAPACITY_EXCEEDED`) stay under 20 % of the client's calls plus 10 a
 * second. Further ones wait for their turn within the call's deadline.
 */
export interface RetryOptions {
  /** The maximum number of attempts of one operation, the first included. Default: only the deadline limits them. */
  maxAttempts?: number
  /** The limit of the first backoff, in milliseconds. */
  baseDelayMs?: number
  /** The limit of every backoff, in milliseconds. Not less than `baseDelayMs`. */
  maxDelayMs?: number
}

/** Options of {@link PegasusClient.connect}: the cluster's addresses, timeouts and limits. */
export interface ClientOptions {
  /**
   * The cluster's meta servers, each as `host:port`: an array, or one string with commas between them.
   * A host is a DNS name, an IPv4 address, or an IPv6 address in brackets (`[::1]:34601`).
   */
  metaServers: string | readonly string[]
  /**
   * Milliseconds for an operation, all its attempts together. Also how long {@link PegasusClient.connect} waits for the
   * cluster. Default 2000.
   */
  timeoutMs?: number
  /**
   * Milliseconds for making a connection. Default 1000. A look-up of a server's name that takes longer goes on, and the
   * next attempt to connect uses what it finds.
   */
  connectTimeoutMs?: number
  /** Milliseconds for one attempt at one meta server. Default 2000. */
  metaTimeoutMs?: number
  /** Milliseconds after which a connection is replaced if all its calls timed out in that time. Default 3000. */
  sessionResetMs?: number
  /** How operations are retried. */
  retry?: RetryOptions
  /**
   * The maximum number of operations in flight, each from its first attempt to its result. Each batch of a scan and
   * each request of a batch of keys counts as one. From 1 to 100,000,000. Default 100,000: far more than it takes to
   * keep a cluster busy, and few enough to hold in memory while a cluster answers nothing.
   */
  maxInFlight?: number
  /**
   * The maximum number of bytes of keys and values in requests in flight. A larger operation runs alone. From 1 to
   * 68,719,476,735. Default 268,435,456 (256 MiB). A request that waits to be sent needs its memory twice, as arguments
   * and as a frame. Replies do not count: `maxKvSize` and `batchSize` limit each of them.
   */
  maxInFlightBytes?: number
  /**
   * What happens to an operation beyond `maxInFlight` or `maxInFlightBytes`. `'wait'` (the default): it queues, first
   * come first served, until its deadline or until it is aborted. `'refuse'`: it rejects at once with
   * `ERR_TOO_MANY_REQUESTS`, which is `retryable`; nothing was sent.
   */
  whenFull?: 'wait' | 'refuse'
  /**
   * Receives the client's log lines. Default `null`: no log. If the logger has `isLevelEnabled` or a `level`, the
   * client reads them once, when it connects, and sends no lines of other levels.
   */
  logger?: Logger | null
}

const RETRY = {
  maxAttempts: positive,
  baseDelayMs: notNegative,
  maxDelayMs: notNegative,
} satisfies Checks<RetryOptions>
const CLIENT = {
  metaServers: addresses,
  timeoutMs: positive,
  connectTimeoutMs: positive,
  metaTimeoutMs: positive,
  sessionResetMs: positive,
  retry: (name: string, value: unknown) => checked(value, RETRY, name),
  maxInFlight: (name: string, value: number) => integer(name, value, 1, 100_000_000),
  maxInFlightBytes: (name: string, value: number) => integer(name, value, 1, 2 ** 36 - 1),
  whenFull: (name: string, value: string) => oneOf(name, value, ['wait', 'refuse']),
  logger: checkLogger,
} satisfies Checks<ClientOptions>

/** The caller fills in `logId` and `logLevel`: it owns the logger. */
export function clientOptions(given: ClientOptions): { native: NativeClientOptions; logger: Logger | null } {
  const { metaServers, logger = null, retry = {}, ...fields } = checked(given, CLIENT)
  if (metaServers === undefined) throw wrongType('options.metaServers is missing: where is the cluster?')
  const { baseDelayMs = NOT_GIVEN, maxDelayMs = NOT_GIVEN } = retry
  if (maxDelayMs !== NOT_GIVEN && maxDelayMs < baseDelayMs) {
    throw outOfRange(
      `options.retry.maxDelayMs (${maxDelayMs}) must not be less than baseDelayMs (${baseDelayMs})`,
    )
  }
  const native = {
    metaServers,
    timeoutMs: fields.timeoutMs ?? NOT_GIVEN,
    connectTimeoutMs: fields.connectTimeoutMs ?? NOT_GIVEN,
    metaTimeoutMs: fields.metaTimeoutMs ?? NOT_GIVEN,
    sessionResetMs: fields.sessionResetMs ?? NOT_GIVEN,
    retryMaxAttempts: retry.maxAttempts ?? NOT_GIVEN,
    retryBaseDelayMs: baseDelayMs,
    retryMaxDelayMs: maxDelayMs,
    maxInFlight: fields.maxInFlight ?? NOT_GIVEN,
    maxInFlightBytes: fields.maxInFlightBytes ?? NOT_GIVEN,
    refuseWhenFull: fields.whenFull === 'refuse',
    logId: 0,
    logLevel: LogLevel.None,
  }
  return { native, logger }
}
