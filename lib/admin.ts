import type {
  AdminOptions,
  CreateTableOptions,
  DropTableOptions,
  ListNodesOptions,
  ListTablesOptions,
  NodeInfo,
  RecallTableOptions,
  TableInfo,
  TableLayout,
} from './admin-options'
import {
  adminOptions,
  createTableOptions,
  dropTableOptions,
  envKeys,
  envsToSet,
  listNodesOptions,
  listTablesOptions,
  nodeInfo,
  ordered,
  recallTableOptions,
  tableInfo,
  tableLayout,
  text,
} from './admin-resolve'
import { integer, MAX_INT32, nonEmptyString } from './arguments'
import { type Crossing, unwrap } from './crossing'
import { notConstructible } from './errors'
import type { NativeClient, NativeNodeInfo, NativeTableInfo, NativeTableLayout } from './native'
import { positive } from './resolve'

/** For clients, which alone make it. */
export let makeAdmin: (crossing: Crossing, native: NativeClient) => Admin

/**
 * Managing tables and looking at the cluster: {@link PegasusClient.admin}. All calls go to the leading meta server.
 *
 * Arguments are checked before anything is sent: a wrong one rejects with a `TypeError` or a `RangeError` whose
 * `code` is `ERR_INVALID_ARGUMENT`. All else that goes wrong is a {@link PegasusError}: `ERR_TIMEOUT` when the
 * deadline of 30 s has passed, `ERR_NETWORK_FAILURE` when no meta server can be reached, `ERR_CLIENT_CLOSED` after
 * `close()`, `ERR_ACL_DENY` from a cluster that does not let this client do it, and what each call names.
 *
 * A call that has no answer in time may have been carried out all the same: look before you repeat it.
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
   * Creates a table and waits until every partition has its primary and all its replicas.
   *
   * @returns The table's number.
   * @throws {@link PegasusError} with the code `ERR_APP_EXIST` when there is such a table and `successIfExists` is
   * false; `ERR_INVALID_PARAMETERS` when there is one that differs, when the cluster has fewer servers than the
   * table shall have replicas, or when a count or a setting is refused; `ERR_TIMEOUT`, also when it was created
   * but does not have all its replicas in time.
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
   * Drops a table. Its rows stay until it can no longer be recalled, see {@link Admin.recallTable}.
   *
   * @throws {@link PegasusError} with the code `ERR_APP_NOT_EXIST` when there is no such table and
   * `successIfNotExists` is false; `ERR_SPLITTING` while its partitions are split.
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
   * Brings a dropped table back with its rows. A {@link Table} that was opened before is best opened anew.
   *
   * @param appId - The table's number, see {@link TableInfo.appId}: names of dropped tables may occur twice.
   * @throws {@link PegasusError} with the code `ERR_APP_NOT_EXIST` when no table has had that number or it is gone
   * for good; `ERR_APP_EXIST` when it is not dropped; `ERR_INVALID_PARAMETERS` when another table has the name.
   * @example
   * ```ts
   * const dropped = await client.admin.listTables({ status: TableStatus.Dropped })
   * const last = dropped.findLast(({ name }) => name === 'sessions')
   * if (last !== undefined) await client.admin.recallTable(last.appId)
   * ```
   */
  async recallTable(appId: number, options?: RecallTableOptions): Promise<TableInfo> {
    const number = integer('appId', appId, 1, MAX_INT32)
    const { newName, timeoutMs, signal } = recallTableOptions(options)
    const send = (token: number) => this.#native.recallTable(token, number, newName, timeoutMs)
    return tableInfo(unwrap(await this.#crossing.call<NativeTableInfo>(send, signal)))
  }

  /**
   * Lists tables, ones that were dropped included: `status` says which.
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
   * Reads the settings of a table, which Pegasus calls its envs.
   *
   * @throws {@link PegasusError} with the code `ERR_OBJECT_NOT_FOUND` when there is no such table.
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
   * Sets settings of a table, all or none; others stay. On a real cluster it takes the servers some seconds to
   * heed them.
   *
   * Those that clients notice:
   * - `default_ttl`: seconds after which a row expires that is written without `ttlSeconds`; `0` is never. Servers
   *   go by the last one set, even after it was deleted: set `0` to end it.
   * - `replica.write_throttling`, `replica.read_throttling`: so many requests in a second, from which on they are
   *   delayed or refused with `ERR_BUSY`: `2000*delay*100,3000*reject*100`, the last number in milliseconds.
   * - `replica.write_throttling_by_size`: the same for bytes; `replica.read_throttling_by_size`: bytes in a second.
   * - `replica.deny_client_request`: `reconfig*all` or `timeout*all`, also with `read` or `write`: such requests
   *   are refused, or not answered at all.
   * - `replica.slow_query_threshold`: milliseconds from which on servers log a request as slow; at least 20.
   * - `replica.rocksdb_iteration_threshold_time_ms`: how long one read of many rows may take, so that it is cut;
   *   `0` is no limit.
   *
   * @throws {@link PegasusError} with the code `ERR_INVALID_PARAMETERS` when there is no such setting or it cannot
   * have that value; the message says which. `ERR_APP_NOT_EXIST` when there is no such table.
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
   * Deletes settings of a table, by their whole names. That one is not set is no error.
   *
   * @throws {@link PegasusError} with the code `ERR_APP_NOT_EXIST` when there is no such table.
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
   * @param prefix - Default empty: all settings, those included that the cluster itself has set.
   * @throws {@link PegasusError} with the code `ERR_APP_NOT_EXIST` when there is no such table.
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
   * Lists the replica servers that the cluster knows.
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
   * What the meta server says of the cluster, ordered by name: `cluster_name`, `meta_servers`,
   * `primary_meta_server`, `meta_function_level` and more, which differs between versions of the server.
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
   * Where the partitions of a table are.
   *
   * @throws {@link PegasusError} with the code `ERR_OBJECT_NOT_FOUND` when there is no such table.
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
   * Starts to split every partition of a table in two, and does not wait for the end: the split is done when all
   * partitions of {@link Admin.tableLayout} have a ballot above 0. The table can be used meanwhile.
   *
   * @param newPartitionCount - Twice what the table has.
   * @throws {@link PegasusError} with the code `ERR_INVALID_PARAMETERS` when it is not twice what the table has;
   * `ERR_BUSY` while it is being split; `ERR_APP_NOT_EXIST` when there is no such table.
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
