import { nonEmptyString } from './arguments'
import { type Crossing, unwrap } from './crossing'
import { sharedCrossing } from './environment'
import { errorOf, notConstructible } from './errors'
import { type Fault, makeFault } from './fault'
import type { FailoverOptions, FaultRule } from './fault-options'
import { failoverOptions, faultRule, partitionIndex as resolveIndex, serverAddress } from './fault-resolve'
import type { NativeLocalCluster, NativeLocalOptions } from './native'
import type { LocalClusterOptions } from './options'
import { localOptions, partitionCount as resolvePartitionCount } from './resolve'

/** Starts from options that are checked already: those of {@link LocalCluster.start} or of the command line. */
export let startLocal: (crossing: Crossing, options: NativeLocalOptions) => Promise<LocalCluster>

/**
 * A Pegasus cluster inside this process, for development and for tests: real sockets and the real protocol,
 * so that clients in any language can use it. It is no server for production: its replicas share one store.
 *
 * `npx pegasus-local` starts the same as a program.
 *
 * It also fails on purpose, so that you can see what your service does then: servers are stopped, frozen or cut
 * off, primaries move, rules change answers. A call that cannot be meant is refused and changes nothing: an argument
 * that is wrong with a `TypeError` or a `RangeError` with the code `ERR_INVALID_ARGUMENT`; a server that is not so
 * that this could be done to it (`ERR_INVALID_STATE`) and a table that is not there (`ERR_APP_NOT_EXIST`) with a
 * {@link PegasusError}.
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
   * Drops a table. Another one can be created under its name, which is then a table of its own: clients that have
   * the old one open find it gone.
   *
   * @throws {@link PegasusError} with the code `ERR_APP_NOT_EXIST` when there is no such table, `ERR_SPLITTING` while
   * its partitions are split.
   */
  async dropTable(name: string): Promise<void> {
    const tableName = nonEmptyString('name', name)
    return unwrap(await this.#crossing.call<void>((token) => this.#native.dropTable(token, tableName)))
  }

  /**
   * Begins to double the partitions of a table, as {@link Admin.startPartitionSplit} does, and says how many they are
   * from now on. Under load: the new partitions get their rows one after the other, and writes to the one that is
   * just being split are refused with `ERR_SPLITTING`, which the client tries again.
   *
   * @throws {@link PegasusError} with the code `ERR_APP_NOT_EXIST` when there is no such table, `ERR_BUSY` while it is
   * being split already.
   */
  async splitTable(name: string): Promise<number> {
    const tableName = nonEmptyString('name', name)
    return unwrap(await this.#crossing.call<number>((token) => this.#native.splitTable(token, tableName)))
  }

  /**
   * Stops a meta or replica server: its connections end, new ones are refused. The rows stay, and what had been
   * carried out stays so. See {@link LocalCluster.startServer}.
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
   * Starts a server that is stopped, at the same address. It follows where another one has taken over.
   */
  async startServer(address: string): Promise<void> {
    const server = this.#anyServer(address)
    return unwrap(await this.#crossing.call<void>((token) => this.#native.startServer(token, server)))
  }

  /**
   * Freezes a server, as if its process hung: connections stay, new ones succeed, and nothing is answered any more.
   * What is sent to it meanwhile is answered once it is healed, by what it is then: see
   * {@link LocalCluster.healServer}.
   */
  async freezeServer(address: string, options?: FailoverOptions): Promise<void> {
    const server = this.#anyServer(address)
    const afterMs = failoverOptions(options)
    return unwrap(
      await this.#crossing.call<void>((token) => this.#native.freezeServer(token, server, afterMs)),
    )
  }

  /**
   * Cuts a server off, as if all packets from and to it were lost: as {@link LocalCluster.freezeServer}, and new
   * connections neither succeed nor are refused. (They wait for room in a queue that is kept full. Linux lets them
   * wait; elsewhere some may succeed, and are not served.)
   */
  async cutOffServer(address: string, options?: FailoverOptions): Promise<void> {
    const server = this.#anyServer(address)
    const afterMs = failoverOptions(options)
    return unwrap(
      await this.#crossing.call<void>((token) => this.#native.cutOffServer(token, server, afterMs)),
    )
  }

  /**
   * Heals a server that is frozen or cut off. It goes on where it was; where another one has taken over, it refuses
   * what was sent to it with `ERR_INVALID_STATE`, and follows.
   */
  async healServer(address: string): Promise<void> {
    const server = this.#anyServer(address)
    return unwrap(await this.#crossing.call<void>((token) => this.#native.healServer(token, server)))
  }

  /** Starts or heals every server that needs it, and removes all rules: for the end of a test. */
  async healAll(): Promise<void> {
    this.clearFaults()
    return unwrap(await this.#crossing.call<void>((token) => this.#native.healAll(token)))
  }

  /**
   * The address of a partition's primary.
   *
   * @throws {@link PegasusError} with the code `ERR_INVALID_STATE` while it has none: no server that holds the partition
   * is up, or a split has only begun to make it.
   */
  async primary(table: string, partitionIndex: number): Promise<string> {
    const name = nonEmptyString('table', table)
    const index = resolveIndex('partitionIndex', partitionIndex)
    const send = (token: number) => this.#native.primary(token, name, index)
    return unwrap(await this.#crossing.call<string>(send))
  }

  /**
   * Moves a partition's primary to another replica server, and gives its address. The one before refuses what still
   * comes to it with `ERR_INVALID_STATE`. The ballot grows by two, as in real clusters.
   *
   * @param address - One of `replicaServers`. Default: a secondary that is up.
   */
  async movePrimary(table: string, partitionIndex: number, address?: string): Promise<string> {
    const name = nonEmptyString('table', table)
    const index = resolveIndex('partitionIndex', partitionIndex)
    const server = address === undefined ? undefined : serverAddress('address', address, this.replicaServers)
    const send = (token: number) => this.#native.movePrimary(token, name, index, server)
    return unwrap(await this.#crossing.call<string>(send))
  }

  /** Raises the ballot of a partition, which is the version of its configuration, and changes nothing else. */
  async raiseBallot(table: string, partitionIndex: number): Promise<number> {
    const name = nonEmptyString('table', table)
    const index = resolveIndex('partitionIndex', partitionIndex)
    const send = (token: number) => this.#native.raiseBallot(token, name, index)
    return unwrap(await this.#crossing.call<number>(send))
  }

  /**
   * How many scans its servers keep open, each waiting for its next batch: 0 when a service ends the scans that it
   * leaves. One that nobody continues for five minutes is gone.
   */
  async openScans(): Promise<number> {
    return unwrap(await this.#crossing.call<number>((token) => this.#native.openScans(token)))
  }

  /** The address of the meta server that leads. */
  async metaLeader(): Promise<string> {
    return unwrap(await this.#crossing.call<string>((token) => this.#native.metaLeader(token)))
  }

  /**
   * Lets another meta server lead, and gives its address. The one before names it to whoever asks.
   *
   * @param address - One of `metaServers`. Default: the next one that is up.
   */
  async moveMetaLeader(address?: string): Promise<string> {
    const server = address === undefined ? undefined : serverAddress('address', address, this.metaServers)
    return unwrap(await this.#crossing.call<string>((token) => this.#native.moveMetaLeader(token, server)))
  }

  /**
   * Adds a rule by which requests are answered otherwise. It is in force for all that come from now on. Among several
   * rules the first one that takes a request decides about it.
   *
   * Throws at once where the rule could never take a request: what it names is not there, or its conditions
   * contradict each other.
   *
   * @example
   * ```ts
   * // The write is made, and the client is told that it timed out.
   * cluster.addFault({ rpc: 'put', times: 1, reaction: { error: 'ERR_TIMEOUT', carriedOut: true } })
   * // Every tenth answer or so of one server comes half a second late, in each run the same ones.
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

  /** The rules that are in force, in their order. */
  get faults(): Fault[] {
    return [...this.#faults]
  }

  /** Removes all rules. */
  clearFaults(): void {
    for (const fault of this.#faults) fault.remove()
  }

  /**
   * Stops the cluster and closes its sockets. Without a `dataDir` its data is gone. Can be called more than
   * once: each call waits for the end.
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

  /** As {@link LocalCluster.stop}; for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }
}
