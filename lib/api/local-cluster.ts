import { unwrap } from '../crossing/answers'
import type { Crossing } from '../crossing/crossing'
import { errorOf } from '../crossing/failures'
import type { NativeLocalCluster, NativeLocalOptions } from '../crossing/native'
import { threadCrossing } from '../crossing/thread'
import { nonEmptyString } from '../options/checks/kinds'
import { partitionCount as checkPartitionCount, notNegative } from '../options/checks/numbers'
import {
  type FailoverOptions,
  type FaultRule,
  failoverOptions,
  faultRule,
  serverAddress,
} from '../options/faults'
import { type LocalClusterOptions, localOptions } from '../options/local-cluster'
import { notConstructible } from '../values/argument-errors'
import { type Fault, makeFault } from './fault'

/** Starts from checked options: those of {@link LocalCluster.start} or of the command line. */
export let startLocal: (crossing: Crossing, options: NativeLocalOptions) => Promise<LocalCluster>

/**
 * A Pegasus cluster inside this process, for development and tests. It has real sockets and the real protocol, so
 * clients in any language can use it. Do not use it in production: all its replicas share one store.
 *
 * `npx pegasus-local` starts the same cluster as a program.
 *
 * The cluster can also fail on purpose, to show how your service reacts: you can stop, freeze or cut off servers, move
 * primaries, and add rules that change answers. A refused call changes nothing. A wrong argument gives a `TypeError`
 * or a `RangeError` with the code `ERR_INVALID_ARGUMENT`. Two other cases give a {@link PegasusError}:
 * `ERR_INVALID_STATE` when the server's current state does not allow the call, and `ERR_APP_NOT_EXIST` when the table
 * does not exist.
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
      const send = (token: number) => crossing.native.startLocal(token, options)
      return new LocalCluster(crossing, unwrap(await crossing.call<NativeLocalCluster>(send)))
    }
  }

  /** The addresses of the meta servers, `host:port`, as {@link PegasusClient.connect} takes them. */
  readonly metaServers: string[]
  /** The addresses of the replica servers, `host:port`. */
  readonly replicaServers: string[]
  readonly #faults = new Set<Fault>()
  readonly #crossing: Crossing
  readonly #native: NativeLocalCluster
  #stopping: Promise<void> | undefined

  private constructor(crossing: Crossing, native: NativeLocalCluster) {
    if (native === undefined) throw notConstructible('LocalCluster', 'await LocalCluster.start()')
    this.#crossing = crossing
    this.#native = native
    this.metaServers = native.metaServers()
    this.replicaServers = native.replicaServers()
  }

  /**
   * Starts a cluster. It is ready when the promise resolves.
   *
   * Rejects with a `TypeError` or a `RangeError` with the code `ERR_INVALID_ARGUMENT` when an option is wrong. Rejects
   * with a {@link PegasusError} when the cluster cannot start, for example because the port is in use.
   */
  static async start(options?: LocalClusterOptions): Promise<LocalCluster> {
    const native = localOptions(options)
    return startLocal(threadCrossing(), native)
  }

  /**
   * Creates a table. It is ready for use when the promise resolves.
   *
   * @param partitionCount - Default 8.
   */
  async createTable(name: string, partitionCount?: number): Promise<void> {
    const tableName = nonEmptyString('name', name)
    const count = checkPartitionCount('partitionCount', partitionCount)
    const send = (token: number) => this.#native.createTable(token, tableName, count)
    return unwrap(await this.#crossing.call<void>(send))
  }

  /**
   * Drops a table. A table created later under the same name is a different table: clients that opened the old one
   * find it missing.
   *
   * @throws {@link PegasusError} with the code `ERR_APP_NOT_EXIST` when the table does not exist, or `ERR_SPLITTING`
   * while its partitions are being split.
   */
  async dropTable(name: string): Promise<void> {
    const tableName = nonEmptyString('name', name)
    return unwrap(await this.#crossing.call<void>((token) => this.#native.dropTable(token, tableName)))
  }

  /**
   * Starts to double the partitions of a table, as {@link Admin.startPartitionSplit} does, and gives the new number of
   * partitions. The new partitions get their rows one after the other. Until a partition's split is complete, writes to
   * it are refused with `ERR_SPLITTING`, and the client retries them.
   *
   * @throws {@link PegasusError} with the code `ERR_APP_NOT_EXIST` when the table does not exist, or `ERR_BUSY` while
   * it is already being split.
   */
  async splitTable(name: string): Promise<number> {
    const tableName = nonEmptyString('name', name)
    return unwrap(await this.#crossing.call<number>((token) => this.#native.splitTable(token, tableName)))
  }

  /**
   * Stops a meta or replica server: its connections close, and new ones are refused. All rows stay, including the
   * effects of executed writes. See {@link LocalCluster.startServer}.
   *
   * @param address - One of `metaServers` and `replicaServers`.
   * @example
   * ```ts
   * const primary = await cluster.primary('temp', 0)
   * await cluster.stopServer(primary, { failoverAfterMs: 20_000 })   // as long as a real cluster takes
   * ```
   */
  async stopServer(address: string, options?: FailoverOptions): Promise<void> {
    const server = this.#anyServer(address)
    const afterMs = failoverOptions(options)
    return unwrap(await this.#crossing.call<void>((token) => this.#native.stopServer(token, server, afterMs)))
  }

  /**
   * Starts a stopped server again, at the same address. If another server took over its role, it becomes a follower.
   */
  async startServer(address: string): Promise<void> {
    const server = this.#anyServer(address)
    return unwrap(await this.#crossing.call<void>((token) => this.#native.startServer(token, server)))
  }

  /**
   * Freezes a server, as if its process hung: connections stay open and new ones succeed, but nothing is answered.
   * Requests that arrive during this time are answered after {@link LocalCluster.healServer}, according to the server's
   * role at that time.
   */
  async freezeServer(address: string, options?: FailoverOptions): Promise<void> {
    const server = this.#anyServer(address)
    const afterMs = failoverOptions(options)
    return unwrap(
      await this.#crossing.call<void>((token) => this.#native.freezeServer(token, server, afterMs)),
    )
  }

  /**
   * Cuts off a server, as if all packets from and to it were lost. This works as {@link LocalCluster.freezeServer}, and
   * in addition new connections neither succeed nor are refused. (They wait in a full accept queue. Linux keeps them
   * waiting; on other systems some may succeed, but they are not served.)
   */
  async cutOffServer(address: string, options?: FailoverOptions): Promise<void> {
    const server = this.#anyServer(address)
    const afterMs = failoverOptions(options)
    return unwrap(
      await this.#crossing.call<void>((token) => this.#native.cutOffServer(token, server, afterMs)),
    )
  }

  /**
   * Heals a server that is frozen or cut off: it continues where it stopped. If another server took over its role, it
   * refuses the waiting requests with `ERR_INVALID_STATE` and becomes a follower.
   */
  async healServer(address: string): Promise<void> {
    const server = this.#anyServer(address)
    return unwrap(await this.#crossing.call<void>((token) => this.#native.healServer(token, server)))
  }

  /** Starts or heals every server that needs it, and removes all rules. Use it at the end of a test. */
  async healAll(): Promise<void> {
    this.clearFaults()
    return unwrap(await this.#crossing.call<void>((token) => this.#native.healAll(token)))
  }

  /**
   * Gives the address of a partition's primary.
   *
   * @throws {@link PegasusError} with the code `ERR_INVALID_STATE` while the partition has no primary: none of its
   * servers is up, or a split is still creating it.
   */
  async primary(table: string, partitionIndex: number): Promise<string> {
    const name = nonEmptyString('table', table)
    const index = notNegative('partitionIndex', partitionIndex)
    const send = (token: number) => this.#native.primary(token, name, index)
    return unwrap(await this.#crossing.call<string>(send))
  }

  /**
   * Moves a partition's primary to another replica server and gives that server's address. The old primary refuses
   * later requests with `ERR_INVALID_STATE`. The ballot grows by two, as in real clusters.
   *
   * As in real clusters, the old primary never answers the writes that it has received and not finished. Some of them are
   * done and some are not: see `delayMs` and `holdMs` of {@link FaultReaction}. It still answers reads.
   *
   * @param address - One of `replicaServers`. Default: a secondary that is up.
   */
  async movePrimary(table: string, partitionIndex: number, address?: string): Promise<string> {
    const name = nonEmptyString('table', table)
    const index = notNegative('partitionIndex', partitionIndex)
    const server = address === undefined ? undefined : serverAddress('address', address, this.replicaServers)
    const send = (token: number) => this.#native.movePrimary(token, name, index, server)
    return unwrap(await this.#crossing.call<string>(send))
  }

  /**
   * Increases the ballot of a partition, the version of its configuration. Nothing else changes. Gives the new ballot.
   */
  async raiseBallot(table: string, partitionIndex: number): Promise<number> {
    const name = nonEmptyString('table', table)
    const index = notNegative('partitionIndex', partitionIndex)
    const send = (token: number) => this.#native.raiseBallot(token, name, index)
    return unwrap(await this.#crossing.call<number>(send))
  }

  /**
   * Changes a table as if the cluster had been set up again around the same data, or as if a proxy now led to such a
   * cluster. The table keeps its rows, its id and its partition count. But ballots start again at 1, which never happens
   * in a cluster that stays, and each partition has another primary if another of its servers is up. Writes in flight
   * end as with {@link movePrimary}.
   */
  async rebuildTable(table: string): Promise<void> {
    const name = nonEmptyString('table', table)
    unwrap(await this.#crossing.call<void>((token) => this.#native.rebuildTable(token, name)))
  }

  /**
   * Counts the scans that are open on the servers, each waiting for its next batch. A service that ends all its scans
   * leaves 0. A scan that is not continued for five minutes is removed.
   */
  async openScans(): Promise<number> {
    return unwrap(await this.#crossing.call<number>((token) => this.#native.openScans(token)))
  }

  /** Gives the address of the leading meta server. */
  async metaLeader(): Promise<string> {
    return unwrap(await this.#crossing.call<string>((token) => this.#native.metaLeader(token)))
  }

  /**
   * Makes another meta server the leader and gives its address. The old leader names the new one to clients that ask.
   *
   * @param address - One of `metaServers`. Default: the next one that is up.
   */
  async moveMetaLeader(address?: string): Promise<string> {
    const server = address === undefined ? undefined : serverAddress('address', address, this.metaServers)
    return unwrap(await this.#crossing.call<string>((token) => this.#native.moveMetaLeader(token, server)))
  }

  /**
   * Adds a rule that changes how requests are handled. It applies to all requests from now on. When several rules match
   * a request, the first one decides.
   *
   * Throws at once when the rule could never match a request: it names something that does not exist, or its conditions
   * contradict each other.
   *
   * @example
   * ```ts
   * // The write is done, but the client receives a timeout.
   * cluster.addFault({ rpc: 'put', times: 1, reaction: { error: 'ERR_TIMEOUT', carriedOut: true } })
   * // About one in ten answers of one server comes half a second late; every run selects the same ones.
   * cluster.addFault({ server: cluster.replicaServers[0], share: 0.1, seed: 7, reaction: { delayMs: 500 } })
   * ```
   */
  addFault(rule: FaultRule): Fault {
    const added = this.#native.addFault(faultRule(rule, [...this.metaServers, ...this.replicaServers]))
    if ('code' in added) throw errorOf(added, this.addFault)
    const fault = makeFault(rule, added, (removed) => this.#faults.delete(removed))
    this.#faults.add(fault)
    return fault
  }

  /** The active rules, in the order in which they were added. */
  get faults(): Fault[] {
    return [...this.#faults]
  }

  /** Removes all rules. */
  clearFaults(): void {
    for (const fault of this.#faults) fault.remove()
  }

  /**
   * Stops the cluster and closes its sockets. Without a `dataDir`, its data is lost. May be called more than once: each
   * call waits for the end.
   */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  #anyServer(address: string): string {
    return serverAddress('address', address, [...this.metaServers, ...this.replicaServers])
  }

  async #stop(): Promise<void> {
    return unwrap(await this.#crossing.call<void>((token) => this.#native.stop(token)))
  }

  /** Same as {@link LocalCluster.stop}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }
}
