import { Unanswered, unwrap } from '../crossing/answers'
import type { Crossing } from '../crossing/crossing'
import { logLevel } from '../crossing/loggers'
import { LogLevel, type NativeClient, type NativeTable } from '../crossing/native'
import { threadCrossing } from '../crossing/thread'
import { nonEmptyString } from '../options/checks/kinds'
import { type ClientOptions, clientOptions } from '../options/client'
import { type TableOptions, tableOptions } from '../options/table'
import { notConstructible } from '../values/argument-errors'
import { type Admin, makeAdmin } from './admin'
import { makeTable, type Table } from './table'

/** Connects through a given crossing, so tests need no addon. */
export let connectThrough: (crossing: () => Crossing, options: ClientOptions) => Promise<PegasusClient>

/**
 * A client of one Pegasus cluster, made by {@link PegasusClient.connect}.
 *
 * One client serves a whole process: it holds one connection to each server and sends the operations of all callers
 * over it. It notices when partitions move to other servers. It keeps the process alive only while operations are
 * pending.
 *
 * @example
 * ```ts
 * const client = await PegasusClient.connect({ metaServers: 'meta1:34601,meta2:34601' })
 * const table = await client.openTable('temp')
 * await table.set('user-1', 'name', 'Ada')
 * await client.close()
 * ```
 */
export class PegasusClient {
  static {
    connectThrough = async (crossing, options) => {
      const { native, logger } = clientOptions(options)
      const through = crossing()
      const logId = logger === null ? 0 : through.addLogger(logger)
      const withLog = { ...native, logId, logLevel: logger === null ? LogLevel.None : logLevel(logger) }
      const answer = await through.call<NativeClient>((token) => through.native.connect(token, withLog))
      if (answer instanceof Unanswered) through.removeLogger(logId)
      return new PegasusClient(through, unwrap(answer), logId)
    }
  }

  /**
   * Connects to a cluster: asks its meta servers until the leading one answers.
   *
   * What is not there yet is waited for: until `timeoutMs` has passed, the meta servers are asked again, with pauses
   * that grow from 0.1 s to 0.8 s. So services and their cluster may start in any order; give a service that may be
   * first a `timeoutMs` that is long enough, and its tables and calls shorter ones.
   *
   * Rejects at once with a `TypeError` or a `RangeError` whose `code` is `ERR_INVALID_ARGUMENT` when an option is wrong.
   * Rejects with a {@link PegasusError} when no meta server that leads has answered in time. Its message says for each
   * address what seems to be there. Its code is
   *
   * - `ERR_NETWORK_FAILURE`: nothing listens, the name is not known, a replica server or a server of another kind is
   *   there, or the meta servers have no leader,
   * - `ERR_TIMEOUT`: a server accepts connections and does not answer,
   * - the leader's own, such as `ERR_SERVICE_NOT_ACTIVE`: it has not started yet,
   * - `ERR_NATIVE_ADDON`: the native part of this package is missing for this platform.
   *
   * @example
   * ```ts
   * const client = await PegasusClient.connect({ metaServers: ['127.0.0.1:34601'], timeoutMs: 500, logger: console })
   * ```
   */
  static connect(options: ClientOptions): Promise<PegasusClient> {
    return connectThrough(threadCrossing, options)
  }

  /** Administrative calls: managing tables and inspecting the cluster. */
  readonly admin: Admin
  readonly #crossing: Crossing
  readonly #native: NativeClient
  readonly #logId: number
  #closing: Promise<void> | undefined

  private constructor(crossing: Crossing, native: NativeClient, logId: number) {
    if (native === undefined) throw notConstructible('PegasusClient', 'await PegasusClient.connect(options)')
    this.#crossing = crossing
    this.#native = native
    this.#logId = logId
    this.admin = makeAdmin(crossing, native)
  }

  /**
   * Opens a table: asks a meta server where its partitions are.
   *
   * Rejects with a {@link PegasusError}. Its code is `ERR_OBJECT_NOT_FOUND` when the table does not exist, and
   * `ERR_CLIENT_CLOSED` after `close()`.
   *
   * @example
   * ```ts
   * const table = await client.openTable('temp', { timeoutMs: 500 })
   * ```
   */
  async openTable(name: string, options?: TableOptions): Promise<Table> {
    const tableName = nonEmptyString('name', name)
    const { timeoutMs, delayMs, maxShare, onUnreachable } = tableOptions(options)
    const send = (token: number) =>
      this.#native.openTable(token, tableName, timeoutMs, delayMs, maxShare, onUnreachable)
    return makeTable(this.#crossing, unwrap(await this.#crossing.call<NativeTable>(send)))
  }

  /**
   * Closes the client after all operations in flight have their answers. Later operations reject with
   * `ERR_CLIENT_CLOSED`, also on its tables and scanners. May be called more than once: each call waits for the end.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    const answer = await this.#crossing.call<void>((token) => this.#native.close(token))
    this.#crossing.removeLogger(this.#logId)
    return unwrap(answer)
  }

  /** Same as {@link PegasusClient.close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
