import { unwrap } from '../crossing/answers'
import type { Crossing } from '../crossing/crossing'
import type { NativeClient, NativeNodeInfo, NativeTableInfo, NativeTableLayout } from '../crossing/native'
import { nodeInfo, ordered, tableInfo, tableLayout } from '../crossing/results/cluster'
import {
  type AdminOptions,
  adminOptions,
  type CreateTableOptions,
  createTableOptions,
  type DropTableOptions,
  dropTableOptions,
  envKeys,
  envsToSet,
  type ListNodesOptions,
  type ListTablesOptions,
  listNodesOptions,
  listTablesOptions,
  type RecallTableOptions,
  recallTableOptions,
} from '../options/admin'
import { nonEmptyString, text } from '../options/checks/kinds'
import { positive } from '../options/checks/numbers'
import { notConstructible } from '../values/argument-errors'
import type { NodeInfo, TableInfo, TableLayout } from '../values/cluster'

/** For {@link PegasusClient}: only a client makes its `admin`. */
export let makeAdmin: (crossing: Crossing, native: NativeClient) => Admin

/**
 * Administrative calls: managing tables and inspecting the cluster. See {@link PegasusClient.admin}. All calls go to
 * the leading meta server.
 *
 * Arguments are checked before anything is sent. A wrong argument rejects with a `TypeError` or a `RangeError` whose
 * `code` is `ERR_INVALID_ARGUMENT`. All other failures reject with a {@link PegasusError}: `ERR_TIMEOUT` after the
 * deadline of 30 s, `ERR_NETWORK_FAILURE` when no meta server can be reached, `ERR_CLIENT_CLOSED` after `close()`,
 * `ERR_ACL_DENY` when the cluster does not permit the call, and the codes listed at each call.
 *
 * A call that timed out may have been executed all the same. Check the cluster before you repeat it.
 *
 * @example
 * ```ts
 * await client.admin.createTable('sessions', { partitionCount: 16, envs: { default_ttl: '86400' } })
 * const table = await client.openTable('sessions')
 * ```
 */
export class Admin {
  static {
    makeAdmin = (crossing, native) => new Admin(crossing, native)
  }

  readonly #crossing: Crossing
  readonly #native: NativeClient

  private constructor(crossing: Crossing, native: NativeClient) {
    if (native === undefined) throw notConstructible('Admin', 'client.admin')
    this.#crossing = crossing
    this.#native = native
  }

  /**
   * Creates a table and waits until every partition has a primary and all its replicas.
   *
   * @returns The table's number.
   * @throws {@link PegasusError} with one of these codes:
   * - `ERR_APP_EXIST`: the table exists and `successIfExists` is false.
   * - `ERR_INVALID_PARAMETERS`: the table exists with other counts or settings, the cluster has fewer servers than
   *   `replicaCount`, or the cluster refuses a count or a setting.
   * - `ERR_TIMEOUT`: also when the table was created but does not have all its replicas in time.
   * @example
   * ```ts
   * const appId = await client.admin.createTable('sessions', { partitionCount: 16, envs: { default_ttl: '86400' } })
   * ```
   */
  async createTable(name: string, options?: CreateTableOptions): Promise<number> {
    const tableName = nonEmptyString('name', name)
    const given = createTableOptions(options)
    const { partitionCount, replicaCount, envs, successIfExists, timeoutMs, signal } = given
    const send = (token: number) =>
      this.#native.createTable(
        token,
        tableName,
        partitionCount,
        replicaCount,
        envs,
        successIfExists,
        timeoutMs,
      )
    return unwrap(await this.#crossing.call<number>(send, signal))
  }

  /**
   * Drops a table. The cluster keeps its rows as long as it can be recalled, see {@link Admin.recallTable}.
   *
   * @throws {@link PegasusError} with the code `ERR_APP_NOT_EXIST` when the table does not exist and
   * `successIfNotExists` is false, or `ERR_SPLITTING` while its partitions are being split.
   * @example
   * ```ts
   * await client.admin.dropTable('sessions', { reserveSeconds: 3600 })
   * ```
   */
  async dropTable(name: string, options?: DropTableOptions): Promise<void> {
    const tableName = nonEmptyString('name', name)
    const { reserveSeconds, successIfNotExists, timeoutMs, signal } = dropTableOptions(options)
    const send = (token: number) =>
      this.#native.dropTable(token, tableName, reserveSeconds, successIfNotExists, timeoutMs)
    return unwrap(await this.#crossing.call<void>(send, signal))
  }

  /**
   * Restores a dropped table with its rows. If you have a {@link Table} that was opened before, open it again.
   *
   * @param appId - The table's number, see {@link TableInfo.appId}. Several dropped tables may have the same name.
   * @throws {@link PegasusError} with one of these codes:
   * - `ERR_APP_NOT_EXIST`: no table ever had that number, or the table is deleted for good.
   * - `ERR_APP_EXIST`: the table is not dropped.
   * - `ERR_INVALID_PARAMETERS`: another table has the name.
   * @example
   * ```ts
   * const dropped = await client.admin.listTables({ status: TableStatus.Dropped })
   * const last = dropped.findLast(({ name }) => name === 'sessions')
   * if (last !== undefined) await client.admin.recallTable(last.appId)
   * ```
   */
  async recallTable(appId: number, options?: RecallTableOptions): Promise<TableInfo> {
    const number = positive('appId', appId)
    const { newName, timeoutMs, signal } = recallTableOptions(options)
    const send = (token: number) => this.#native.recallTable(token, number, newName, timeoutMs)
    return tableInfo(unwrap(await this.#crossing.call<NativeTableInfo>(send, signal)))
  }

  /**
   * Lists tables, dropped ones included. `status` selects tables by state.
   *
   * @example
   * ```ts
   * for (const { name, partitionCount } of await client.admin.listTables({ status: TableStatus.Available })) {
   *   console.log(name, partitionCount)
   * }
   * ```
   */
  async listTables(options?: ListTablesOptions): Promise<TableInfo[]> {
    const { status, timeoutMs, signal } = listTablesOptions(options)
    const send = (token: number) => this.#native.listTables(token, status, timeoutMs)
    return unwrap(await this.#crossing.call<NativeTableInfo[]>(send, signal)).map(tableInfo)
  }

  /**
   * Reads the settings of a table. Pegasus calls them envs.
   *
   * @throws {@link PegasusError} with the code `ERR_OBJECT_NOT_FOUND` when the table does not exist.
   * @example
   * ```ts
   * const { default_ttl = '0' } = await client.admin.getTableEnvs('sessions')
   * ```
   */
  async getTableEnvs(name: string, options?: AdminOptions): Promise<Record<string, string>> {
    const tableName = nonEmptyString('name', name)
    const { timeoutMs, signal } = adminOptions(options)
    const send = (token: number) => this.#native.tableEnvs(token, tableName, timeoutMs)
    return ordered(unwrap(await this.#crossing.call<Record<string, string>>(send, signal)))
  }

  /**
   * Sets settings of a table, either all or none. Other settings keep their values. On a real cluster, it takes some
   * seconds until the servers apply them.
   *
   * These settings affect clients:
   * - `default_ttl`: the lifetime in seconds of rows written without `ttlSeconds`; `0` means forever. Deleting this
   *   setting does not end it, because servers keep the last value: set `0` instead.
   * - `replica.write_throttling`, `replica.read_throttling`: limits in requests per second. Above a limit, requests are
   *   delayed or refused with `ERR_BUSY`. Example: `2000*delay*100,3000*reject*100`; the last number of each part is in
   *   milliseconds.
   * - `replica.write_throttling_by_size`: the same in bytes per second. `replica.read_throttling_by_size`: one limit in
   *   bytes per second.
   * - `replica.deny_client_request`: `reconfig*all` refuses all requests, `timeout*all` leaves them unanswered. In
   *   place of `all`, `read` or `write` selects requests.
   * - `replica.slow_query_threshold`: servers log requests that take at least this many milliseconds. Minimum 20.
   * - `replica.rocksdb_iteration_threshold_time_ms`: the time limit of one read of many rows. At this limit the server
   *   cuts the reply. `0` means no limit.
   *
   * @throws {@link PegasusError} with the code `ERR_INVALID_PARAMETERS` when a setting is unknown or cannot have the
   * value (the message says which), or `ERR_APP_NOT_EXIST` when the table does not exist.
   * @example
   * ```ts
   * await client.admin.setTableEnvs('sessions', { default_ttl: '3600' })
   * ```
   */
  async setTableEnvs(
    name: string,
    envs: Readonly<Record<string, string>>,
    options?: AdminOptions,
  ): Promise<void> {
    const tableName = nonEmptyString('name', name)
    const settings = envsToSet(envs)
    const { timeoutMs, signal } = adminOptions(options)
    const send = (token: number) => this.#native.setTableEnvs(token, tableName, settings, timeoutMs)
    return unwrap(await this.#crossing.call<void>(send, signal))
  }

  /**
   * Deletes settings of a table, by their full names. Succeeds also for settings that are not set.
   *
   * @throws {@link PegasusError} with the code `ERR_APP_NOT_EXIST` when the table does not exist.
   * @example
   * ```ts
   * await client.admin.deleteTableEnvs('sessions', ['default_ttl'])
   * ```
   */
  async deleteTableEnvs(name: string, keys: Iterable<string>, options?: AdminOptions): Promise<void> {
    const tableName = nonEmptyString('name', name)
    const names = envKeys(keys)
    const { timeoutMs, signal } = adminOptions(options)
    const send = (token: number) => this.#native.deleteTableEnvs(token, tableName, names, timeoutMs)
    return unwrap(await this.#crossing.call<void>(send, signal))
  }

  /**
   * Deletes all settings of a table whose names start with `prefix` and a dot.
   *
   * @param prefix - Default empty: deletes all settings, those that the cluster itself has set included.
   * @throws {@link PegasusError} with the code `ERR_APP_NOT_EXIST` when the table does not exist.
   * @example
   * ```ts
   * await client.admin.clearTableEnvs('sessions', 'replica')
   * ```
   */
  async clearTableEnvs(name: string, prefix = '', options?: AdminOptions): Promise<void> {
    const tableName = nonEmptyString('name', name)
    const start = text('prefix', prefix)
    const { timeoutMs, signal } = adminOptions(options)
    const send = (token: number) => this.#native.clearTableEnvs(token, tableName, start, timeoutMs)
    return unwrap(await this.#crossing.call<void>(send, signal))
  }

  /**
   * Lists the replica servers of the cluster.
   *
   * @example
   * ```ts
   * const dead = await client.admin.listNodes({ status: NodeStatus.Unalive })
   * ```
   */
  async listNodes(options?: ListNodesOptions): Promise<NodeInfo[]> {
    const { status, timeoutMs, signal } = listNodesOptions(options)
    const send = (token: number) => this.#native.listNodes(token, status, timeoutMs)
    return unwrap(await this.#crossing.call<NativeNodeInfo[]>(send, signal)).map(nodeInfo)
  }

  /**
   * Reads the meta server's description of the cluster, ordered by name: `cluster_name`, `meta_servers`,
   * `primary_meta_server`, `meta_function_level` and more. The other names depend on the server's version.
   *
   * @example
   * ```ts
   * const { cluster_name } = await client.admin.clusterInfo()
   * ```
   */
  async clusterInfo(options?: AdminOptions): Promise<Record<string, string>> {
    const { timeoutMs, signal } = adminOptions(options)
    const send = (token: number) => this.#native.clusterInfo(token, timeoutMs)
    return ordered(unwrap(await this.#crossing.call<Record<string, string>>(send, signal)))
  }

  /**
   * Reads which servers hold the partitions of a table.
   *
   * @throws {@link PegasusError} with the code `ERR_OBJECT_NOT_FOUND` when the table does not exist.
   * @example
   * ```ts
   * const { partitions } = await client.admin.tableLayout('sessions')
   * const withoutPrimary = partitions.filter(({ primary }) => primary === null)
   * ```
   */
  async tableLayout(name: string, options?: AdminOptions): Promise<TableLayout> {
    const tableName = nonEmptyString('name', name)
    const { timeoutMs, signal } = adminOptions(options)
    const send = (token: number) => this.#native.tableLayout(token, tableName, timeoutMs)
    return tableLayout(unwrap(await this.#crossing.call<NativeTableLayout>(send, signal)))
  }

  /**
   * Starts to split every partition of a table in two. The call does not wait for the end: the split is complete when
   * all partitions in {@link Admin.tableLayout} have a ballot above 0. The table stays usable during the split.
   *
   * @param newPartitionCount - Twice the current number of partitions.
   * @throws {@link PegasusError} with the code `ERR_INVALID_PARAMETERS` when `newPartitionCount` is not twice the
   * current number, `ERR_BUSY` while the table is already being split, or `ERR_APP_NOT_EXIST` when it does not exist.
   * @example
   * ```ts
   * const { partitions } = await client.admin.tableLayout('sessions')
   * await client.admin.startPartitionSplit('sessions', partitions.length * 2)
   * ```
   */
  async startPartitionSplit(name: string, newPartitionCount: number, options?: AdminOptions): Promise<void> {
    const tableName = nonEmptyString('name', name)
    const count = positive('newPartitionCount', newPartitionCount)
    const { timeoutMs, signal } = adminOptions(options)
    const send = (token: number) => this.#native.startPartitionSplit(token, tableName, count, timeoutMs)
    return unwrap(await this.#crossing.call<void>(send, signal))
  }
}
