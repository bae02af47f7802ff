import { isMainThread } from 'node:worker_threads'
import { nonEmptyString } from './arguments'
import { type Crossing, unwrap } from './crossing'
import { sharedCrossing } from './environment'
import { notConstructible } from './errors'
import type { NativeLocalCluster, NativeLocalOptions } from './native'
import { loadAddon } from './native-loader'
import type { LocalClusterOptions } from './options'
import { localOptions, partitionCount as resolvePartitionCount } from './resolve'

/** Starts from options that are checked already: those of {@link LocalCluster.start} or of the command line. */
export let startLocal: (crossing: Crossing, options: NativeLocalOptions) => Promise<LocalCluster>

let cleansAtExit = false

/**
 * `process.exit` ends the process without giving the addon a chance to clean up, perhaps while a cluster
 * is just starting. A worker that exits does give it: its own environment ends in order.
 */
function cleanAtExit(): void {
  if (cleansAtExit || !isMainThread) return
  cleansAtExit = true
  process.once('exit', () => loadAddon().removeTemporaryFiles())
}

/**
 * A Pegasus cluster inside this process, for development and for tests: real sockets and the real protocol,
 * so that clients in any language can use it. It is no server for production: its replicas share one store.
 *
 * `npx pegasus-local` starts the same as a program.
 *
 * @example
 * ```ts
 * const cluster = await LocalCluster.start({ tables: { temp: 8 } })
 * const client = await PegasusClient.connect({ metaServers: cluster.metaServers })
 * // …
 * await client.close()
 * await cluster.stop()
 * ```
 */
export class LocalCluster {
  static {
    startLocal = async (crossing, options) => {
      cleanAtExit()
      const send = (token: number) => crossing.native.startLocal(token, options)
      return new LocalCluster(crossing, unwrap(await crossing.call<NativeLocalCluster>(send)))
    }
  }

  /** The addresses of the meta servers, `host:port`, as {@link PegasusClient.connect} takes them. */
  readonly metaServers: string[]
  readonly #crossing: Crossing
  readonly #native: NativeLocalCluster
  #stopping: Promise<void> | undefined

  private constructor(crossing: Crossing, native: NativeLocalCluster) {
    if (native === undefined) throw notConstructible('LocalCluster', 'await LocalCluster.start()')
    this.#crossing = crossing
    this.#native = native
    this.metaServers = native.metaServers()
  }

  /**
   * Starts a cluster; it is ready when the promise resolves.
   *
   * Rejects with a `TypeError` or a `RangeError` with the code `ERR_INVALID_ARGUMENT` when an option is wrong,
   * and with a {@link PegasusError} when the cluster cannot start, as on a port that is taken.
   */
  static async start(options?: LocalClusterOptions): Promise<LocalCluster> {
    const native = localOptions(options)
    return startLocal(sharedCrossing(), native)
  }

  /**
   * Creates a table; it can be used when the promise resolves.
   *
   * @param partitionCount - Default 8.
   */
  async createTable(name: string, partitionCount?: number): Promise<void> {
    const tableName = nonEmptyString('name', name)
    const count = resolvePartitionCount('partitionCount', partitionCount)
    const send = (token: number) => this.#native.createTable(token, tableName, count)
    return unwrap(await this.#crossing.call<void>(send))
  }

  /**
   * Stops the cluster and closes its sockets. Without a `dataDir` its data is gone. Can be called more than
   * once: each call waits for the end.
   */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  async #stop(): Promise<void> {
    return unwrap(await this.#crossing.call<void>((token) => this.#native.stop(token)))
  }

  /** As {@link LocalCluster.stop}; for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }
}
