// Made from lib/ by `npm run build:types`.
/// <reference types="node" />

/** Receives the client's log lines. `console` fits, and so do pino and similar loggers. */
export interface Logger {
	error(message: string): void;
	warn(message: string): void;
	info(message: string): void;
	debug(message: string): void;
}
/** Optional fields of a {@link PegasusError}. */
export interface PegasusErrorDetails {
	/** True when the same call may succeed later. Default false. */
	retryable?: boolean;
	/** True for a write whose outcome is unknown. Default false. */
	maybeApplied?: boolean;
	/** The table of the operation. */
	table?: string;
	/** The partition of that table; the first is 0. */
	partitionIndex?: number;
	/** The server of the last attempt, `host:port`. */
	server?: string;
	/** The number of attempts. */
	attempts?: number;
	/** `delRange` only: the number of rows removed before the failure. */
	deleted?: number;
	/** `delRange` only: the sort key to continue from. */
	nextSortKey?: Buffer | null;
	/** The underlying error. */
	cause?: Error;
}
/**
 * A failed operation: a server refused it, no answer came in time, or it was never sent.
 *
 * Two failures have other classes. A wrong argument gives a `TypeError` or a `RangeError` with the `code`
 * `ERR_INVALID_ARGUMENT`. An aborted call rejects with the `reason` of its signal.
 *
 * @example
 * ```ts
 * try {
 *   await table.set('user', 'name', 'Ada')
 * } catch (error) {
 *   if (error instanceof PegasusError && error.retryable && !error.maybeApplied) return later()
 *   throw error
 * }
 * ```
 */
export declare class PegasusError extends Error {
	/**
	 * The server's name for the error (`ERR_TIMEOUT`, `ERR_OBJECT_NOT_FOUND`, `ERR_BUSY`, …), or a code of this
	 * client: `ERR_CLIENT_CLOSED`, `ERR_TOO_MANY_REQUESTS`, `ERR_SCANNER_CLOSED`, `ERR_NATIVE_ADDON`;
	 * `ERR_OUT_OF_RESOURCES` when the system gives no thread or file descriptor for the client's own thread, or for a local
	 * cluster; `ERR_RESULT_TOO_LARGE` for a result that is longer than a Buffer can be, 4 GiB.
	 */
	readonly code: string;
	/** True when the same call may succeed later. The client has already used up its own retries. */
	readonly retryable: boolean;
	/**
	 * True for a write whose outcome is unknown: it was sent, and no answer says whether it was applied.
	 * False for every read, and for a write that no server can have received.
	 */
	readonly maybeApplied: boolean;
	/** The table of the operation. */
	readonly table?: string;
	/** The partition of that table; the first is 0. */
	readonly partitionIndex?: number;
	/** The server of the last attempt, `host:port`. */
	readonly server?: string;
	/** The number of attempts. */
	readonly attempts?: number;
	/** {@link Table.delRange} only: the number of rows certainly removed before the failure. */
	readonly deleted?: number;
	/**
	 * {@link Table.delRange} only: the sort key to continue from, as an inclusive start. All rows before it are removed.
	 * `null` when the failure came before the first row was found: start again from the beginning. Printing the error
	 * does not show this property, because it is a key and errors end up in logs.
	 */
	readonly nextSortKey?: Buffer | null;
	/** The underlying error, if there is one. */
	readonly cause?: Error;
	/** For tests and for code that wraps this client. The client makes its own errors. */
	constructor(code: string, message: string, details?: PegasusErrorDetails);
	get name(): string;
}
/** Rows of one hash key, in ascending byte order of their sort keys. */
export interface MultiGetResult {
	/**
	 * All Buffers share the memory of one reply. `Buffer.from(value)` makes a copy that does not keep that memory alive.
	 */
	entries: {
		sortKey: Buffer;
		value: Buffer;
	}[];
	/** False when a limit of the client or of the server cut the reply: there may be more rows. */
	complete: boolean;
}
/** Sort keys of one hash key, in ascending byte order. */
export interface SortKeysResult {
	/** All Buffers share the memory of one reply, as in {@link MultiGetResult.entries}. */
	sortKeys: Buffer[];
	/** False when a limit of the client or of the server cut the reply: there may be more sort keys. */
	complete: boolean;
}
/** A row found by a scan. Its Buffers share the memory of their batch: keeping one keeps the whole batch in memory. */
export interface ScanEntry {
	hashKey: Buffer;
	sortKey: Buffer;
	/** Empty when the scan has `noValue`. */
	value: Buffer;
	/** When the row expires; `null` when it never does. Present only when the scan has `returnExpireTs`. */
	expireAt?: Date | null;
}
/** How far a count has come. */
export interface CountProgress {
	/** Rows found so far, in the partitions already counted. */
	rows: number;
	/** Partitions already counted. */
	partitionsDone: number;
	/** All partitions of the table. */
	partitions: number;
}
/** Bytes as an argument: a string stands for its UTF-8 bytes. Results always hold Buffers. */
export type Bytes = Uint8Array | string;
/**
 * Pairs of sort key and value: an array of `[sortKey, value]`, a `Map`, any other iterable of such pairs, or
 * an object whose property names are the sort keys. When a sort key occurs twice, the last value wins.
 */
export type Entries = Iterable<readonly [
	Bytes,
	Bytes
]> | Readonly<Record<string, Bytes>>;
/**
 * How a filter compares a hash key or a sort key with its pattern, byte by byte. An empty pattern matches every key.
 */
export declare enum FilterType {
	/** No filter: every key passes. There is no pattern. */
	NoFilter = 0,
	/** The key contains the pattern. */
	MatchAnywhere = 1,
	/** The key starts with the pattern. On sort keys, this also narrows the range that the server reads. */
	MatchPrefix = 2,
	/** The key ends with the pattern. */
	MatchPostfix = 3
}
/**
 * The condition that a conditional write checks. `ValueMatch…` and `ValueBytes…` compare the value with the operand
 * byte by byte, each byte a number from 0 to 255. `ValueInt…` read both as integers. When the row does not exist, only
 * {@link CheckType.NoCheck}, {@link CheckType.ValueNotExist} and {@link CheckType.ValueNotExistOrEmpty} pass.
 */
export declare enum CheckType {
	/** Always passes. */
	NoCheck = 0,
	/** The row does not exist. */
	ValueNotExist = 1,
	/** The row does not exist, or its value is empty. */
	ValueNotExistOrEmpty = 2,
	/** The row exists; its value may be empty. */
	ValueExist = 3,
	/** The row exists, and its value is not empty. */
	ValueNotEmpty = 4,
	/** The value contains the operand. An empty operand is contained in every value. */
	ValueMatchAnywhere = 5,
	/** The value starts with the operand. */
	ValueMatchPrefix = 6,
	/** The value ends with the operand. */
	ValueMatchPostfix = 7,
	/** The value is less than the operand. */
	ValueBytesLess = 8,
	/** The value is less than or equal to the operand. */
	ValueBytesLessOrEqual = 9,
	/** The value is equal to the operand. */
	ValueBytesEqual = 10,
	/** The value is greater than or equal to the operand. */
	ValueBytesGreaterOrEqual = 11,
	/** The value is greater than the operand. */
	ValueBytesGreater = 12,
	/** The value, read as an integer, is less than the operand. */
	ValueIntLess = 13,
	/** The value, read as an integer, is less than or equal to the operand. */
	ValueIntLessOrEqual = 14,
	/** The value, read as an integer, is equal to the operand: `10` and `0xa` are equal. */
	ValueIntEqual = 15,
	/** The value, read as an integer, is greater than or equal to the operand. */
	ValueIntGreaterOrEqual = 16,
	/** The value, read as an integer, is greater than the operand. */
	ValueIntGreater = 17
}
/** The state of a table. */
export declare enum TableStatus {
	/** The table is ready for use. */
	Available = 1,
	/** The table is being created. */
	Creating = 2,
	/** Unused by current servers. */
	CreateFailed = 3,
	/** The table is being dropped. */
	Dropping = 4,
	/** Unused by current servers. */
	DropFailed = 5,
	/** The table was dropped. It may still be possible to recall it. */
	Dropped = 6,
	/** The table is being recalled. */
	Recalling = 7
}
/** The state of a replica server. */
export declare enum NodeStatus {
	/** The meta server receives heartbeats from it. */
	Alive = 1,
	/** The meta server receives no heartbeats from it. */
	Unalive = 2
}
/** Options of every administrative call. */
export interface AdminOptions {
	/** Milliseconds for the call. Default 30000; the client's `timeoutMs` has no effect. */
	timeoutMs?: number;
	/**
	 * Aborts the call: it rejects at once with the signal's `reason`. A request that was already sent is not taken back.
	 */
	signal?: AbortSignal;
}
/** Options of {@link Admin.createTable}. */
export interface CreateTableOptions extends AdminOptions {
	/** The number of partitions. Later it can only be doubled. Default 8. */
	partitionCount?: number;
	/** The number of replicas of each partition. The cluster must have at least as many servers. Default 3. */
	replicaCount?: number;
	/**
	 * The table's settings, as in {@link Admin.setTableEnvs}. When a table is created, servers check hardly any setting
	 * and ignore wrong ones. Default: no settings.
	 */
	envs?: Readonly<Record<string, string>>;
	/** Whether the call succeeds when the table exists already with the same counts and settings. Default true. */
	successIfExists?: boolean;
}
/** Options of {@link Admin.dropTable}. */
export interface DropTableOptions extends AdminOptions {
	/** Seconds in which the table can still be recalled. Default: the cluster's setting, usually one week. */
	reserveSeconds?: number;
	/** Whether the call succeeds when the table does not exist. Default false. */
	successIfNotExists?: boolean;
}
/** Options of {@link Admin.recallTable}. */
export interface RecallTableOptions extends AdminOptions {
	/** A new name for the table. Default: the old name. */
	newName?: string;
}
/** Options of {@link Admin.listTables}. */
export interface ListTablesOptions extends AdminOptions {
	/** Lists only tables in this state. Default: all tables, dropped ones included. */
	status?: TableStatus;
}
/** Options of {@link Admin.listNodes}. */
export interface ListNodesOptions extends AdminOptions {
	/** Lists only servers in this state. Default: all servers. */
	status?: NodeStatus;
}
/** A table as the cluster describes it. */
export interface TableInfo {
	name: string;
	/** The table's number in the cluster. Numbers are never reused. */
	appId: number;
	/** `undefined` for a state that this version of the client does not know. */
	status: TableStatus | undefined;
	partitionCount: number;
	/** How many replicas each partition should have. */
	replicaCount: number;
	/** The table's settings, ordered by name. */
	envs: Record<string, string>;
	/** `null` when the cluster does not report it. */
	createdAt: Date | null;
	/** `null` when the table was not dropped. */
	droppedAt: Date | null;
	/** The dropped table can be recalled until then; `null` when it was not dropped. */
	expiresAt: Date | null;
}
/** A replica server. */
export interface NodeInfo {
	/** `host:port`. The host is a name if the cluster reports names. */
	address: string;
	/** `undefined` for a state that this version of the client does not know. */
	status: NodeStatus | undefined;
}
/** The servers of one partition. */
export interface PartitionLayout {
	/** Starts at 0. */
	index: number;
	/** The version of this layout: it grows with every change. Negative while a split creates the partition. */
	ballot: number;
	/** The server that handles writes and reads, `host:port`; `null` when there is none at the moment. */
	primary: string | null;
	/** The servers that hold the other replicas, each `host:port`. */
	secondaries: string[];
	/** How many replicas the partition should have, primary included; 0 while a split creates it. */
	replicaCount: number;
}
/** The servers of all partitions of a table. */
export interface TableLayout {
	appId: number;
	/** Ordered by index. */
	partitions: PartitionLayout[];
}
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
export declare class Admin {
	#private;
	private constructor();
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
	createTable(name: string, options?: CreateTableOptions): Promise<number>;
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
	dropTable(name: string, options?: DropTableOptions): Promise<void>;
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
	recallTable(appId: number, options?: RecallTableOptions): Promise<TableInfo>;
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
	listTables(options?: ListTablesOptions): Promise<TableInfo[]>;
	/**
	 * Reads the settings of a table. Pegasus calls them envs.
	 *
	 * @throws {@link PegasusError} with the code `ERR_OBJECT_NOT_FOUND` when the table does not exist.
	 * @example
	 * ```ts
	 * const { default_ttl = '0' } = await client.admin.getTableEnvs('sessions')
	 * ```
	 */
	getTableEnvs(name: string, options?: AdminOptions): Promise<Record<string, string>>;
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
	setTableEnvs(name: string, envs: Readonly<Record<string, string>>, options?: AdminOptions): Promise<void>;
	/**
	 * Deletes settings of a table, by their full names. Succeeds also for settings that are not set.
	 *
	 * @throws {@link PegasusError} with the code `ERR_APP_NOT_EXIST` when the table does not exist.
	 * @example
	 * ```ts
	 * await client.admin.deleteTableEnvs('sessions', ['default_ttl'])
	 * ```
	 */
	deleteTableEnvs(name: string, keys: Iterable<string>, options?: AdminOptions): Promise<void>;
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
	clearTableEnvs(name: string, prefix?: string, options?: AdminOptions): Promise<void>;
	/**
	 * Lists the replica servers of the cluster.
	 *
	 * @example
	 * ```ts
	 * const dead = await client.admin.listNodes({ status: NodeStatus.Unalive })
	 * ```
	 */
	listNodes(options?: ListNodesOptions): Promise<NodeInfo[]>;
	/**
	 * Reads the meta server's description of the cluster, ordered by name: `cluster_name`, `meta_servers`,
	 * `primary_meta_server`, `meta_function_level` and more. The other names depend on the server's version.
	 *
	 * @example
	 * ```ts
	 * const { cluster_name } = await client.admin.clusterInfo()
	 * ```
	 */
	clusterInfo(options?: AdminOptions): Promise<Record<string, string>>;
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
	tableLayout(name: string, options?: AdminOptions): Promise<TableLayout>;
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
	startPartitionSplit(name: string, newPartitionCount: number, options?: AdminOptions): Promise<void>;
}
/**
 * How operations are retried. The backoff between attempts grows, and each one is random between 0 and its limit.
 *
 * Retries of calls that servers refused for load (`ERR_CAPACITY_EXCEEDED`) stay under 20 % of the client's calls plus 10 a
 * second. Further ones wait for their turn within the call's deadline.
 */
export interface RetryOptions {
	/** The maximum number of attempts of one operation, the first included. Default: only the deadline limits them. */
	maxAttempts?: number;
	/** The limit of the first backoff, in milliseconds. */
	baseDelayMs?: number;
	/** The limit of every backoff, in milliseconds. Not less than `baseDelayMs`. */
	maxDelayMs?: number;
}
/** Options of {@link PegasusClient.connect}: the cluster's addresses, timeouts and limits. */
export interface ClientOptions {
	/**
	 * The cluster's meta servers, each as `host:port`: an array, or one string with commas between them.
	 * A host is a DNS name, an IPv4 address, or an IPv6 address in brackets (`[::1]:34601`).
	 */
	metaServers: string | readonly string[];
	/**
	 * Milliseconds for an operation, all its attempts together. Also how long {@link PegasusClient.connect} waits for the
	 * cluster. Default 2000.
	 */
	timeoutMs?: number;
	/**
	 * Milliseconds for making a connection. Default 1000. A look-up of a server's name that takes longer goes on, and the
	 * next attempt to connect uses what it finds.
	 */
	connectTimeoutMs?: number;
	/** Milliseconds for one attempt at one meta server. Default 2000. */
	metaTimeoutMs?: number;
	/** Milliseconds after which a connection is replaced if all its calls timed out in that time. Default 3000. */
	sessionResetMs?: number;
	/** How operations are retried. */
	retry?: RetryOptions;
	/**
	 * The maximum number of operations in flight, each from its first attempt to its result. Each batch of a scan and
	 * each request of a batch of keys counts as one. From 1 to 100,000,000. Default 100,000: far more than it takes to
	 * keep a cluster busy, and few enough to hold in memory while a cluster answers nothing.
	 */
	maxInFlight?: number;
	/**
	 * The maximum number of bytes of keys and values in requests in flight. A larger operation runs alone. From 1 to
	 * 68,719,476,735. Default 268,435,456 (256 MiB). A request that waits to be sent needs its memory twice, as arguments
	 * and as a frame. Replies do not count: `maxKvSize` and `batchSize` limit each of them.
	 */
	maxInFlightBytes?: number;
	/**
	 * What happens to an operation beyond `maxInFlight` or `maxInFlightBytes`. `'wait'` (the default): it queues, first
	 * come first served, until its deadline or until it is aborted. `'refuse'`: it rejects at once with
	 * `ERR_TOO_MANY_REQUESTS`, which is `retryable`; nothing was sent.
	 */
	whenFull?: "wait" | "refuse";
	/**
	 * Receives the client's log lines. Default `null`: no log. If the logger has `isLevelEnabled` or a `level`, the
	 * client reads them once, when it connects, and sends no lines of other levels.
	 */
	logger?: Logger | null;
}
/** Options of a table. */
export interface TableOptions {
	/** Milliseconds for each operation on this table, in place of the client's `timeoutMs`. */
	timeoutMs?: number;
	/** When a secondary may answer reads. Default: never. */
	backupRequest?: BackupRequestOptions;
}
/**
 * When a secondary may answer a read of this table in place of the primary. This applies to `get`, `exist`, `ttl`,
 * `batchGet`, `batchGetSettled`, `multiGet`, `multiGetOpt` and `getSortKeys`. All other operations, such as writes,
 * scans and counts, always go to the primary.
 *
 * **The price is consistency.** A secondary may lag behind the primary. Its answer may lack acknowledged writes, the
 * caller's own last write included, and of two reads the later one may show the older state. Every row is shown as it
 * was at some moment. The lag has no upper bound: usually it is milliseconds, but a secondary that was cut off lags by
 * as long as it was cut off. {@link ReadOptions.onMaybeStale} tells which answers came from a secondary.
 *
 * A server may refuse backup reads. Beyond the table's `replica.backup_request_throttling` it may also leave them
 * unanswered. Neither fails a read that the primary can still answer.
 *
 * @example
 * ```ts
 * const table = await client.openTable('temp', { backupRequest: { delayMs: 'auto', onUnreachable: true } })
 * ```
 */
export interface BackupRequestOptions {
	/**
	 * Milliseconds to wait for the primary before the read is sent to a secondary too. The first good answer counts, and
	 * the other request is given up. `'auto'`: the 99th percentile of the table's last 1000 to 2000 reads, but from 1 ms
	 * to 1 s, and 50 ms before 100 reads were measured. Default: reads are not sent twice.
	 */
	delayMs?: number | "auto";
	/**
	 * The maximum share of reads that `delayMs` may send twice, from 0 to 1. Ten such reads are free. This limit protects
	 * a cluster that is slow as a whole from twice the load. Default 0.1.
	 */
	maxShare?: number;
	/**
	 * Sends a read to a secondary in the same attempt when the primary is gone: the partition has no primary, the
	 * connection to it fails or breaks, or the server says that it is not the primary. So reads continue during the
	 * failover of a cluster, which takes about 20 seconds. Until the primary answers again, each read goes to it and to a
	 * secondary at the same time. `maxShare` does not apply to these reads. A primary that hangs with its connection open
	 * counts as gone only after the client's `sessionResetMs`; before that, `delayMs` helps. Default false.
	 */
	onUnreachable?: boolean;
}
/** Options of every operation. */
export interface CallOptions {
	/** Milliseconds for the whole call, all attempts together. Default: the timeout of the table, or of the client. */
	timeoutMs?: number;
	/**
	 * Aborts the call: it rejects at once with the signal's `reason`. A request that was already sent is not taken back,
	 * so an aborted write may still be applied.
	 */
	signal?: AbortSignal;
}
/** Options of a read. */
export interface ReadOptions extends CallOptions {
	/**
	 * Called before the promise resolves when the answer, or a part of it, came from a secondary. Such an answer may lack
	 * the latest writes. Only tables with {@link TableOptions.backupRequest} call it. If it throws, the call rejects with
	 * that error.
	 */
	onMaybeStale?(): void;
}
/** Options of a write. */
export interface WriteOptions extends CallOptions {
	/**
	 * Seconds until the written rows expire. Absent or 0: they never expire, unless the table has a default TTL on the
	 * server. The rows must expire before 2084-01-19.
	 */
	ttlSeconds?: number;
}
/** Options of {@link Table.incr}. */
export interface IncrOptions extends CallOptions {
	/**
	 * Changes the row's expiry. Absent or 0: an existing row keeps its expiry, and a new row never expires. -1: the row
	 * never expires. Above 0: the row expires after this many seconds, before 2084-01-19.
	 */
	ttlSeconds?: number;
}
/** The condition of a conditional write. */
export interface Check {
	/** The checked row, under the hash key of the call. The write may change other rows than this one. */
	sortKey: Bytes;
	/** The condition. */
	type: CheckType;
	/**
	 * The value of the row is compared with this. `ValueMatch…`, `ValueBytes…` and `ValueInt…` require it, all other
	 * types refuse it. For `ValueInt…`, pass a number, a bigint or the text of a 64-bit integer. The text may start with
	 * white space and a sign. It is hexadecimal after `0x` and octal after `0`.
	 */
	operand?: Bytes | number | bigint;
	/** Returns the value of the checked row, see {@link CheckResult}. Default false. */
	returnCheckValue?: boolean;
}
/** The row that {@link Table.checkAndSet} writes. */
export interface CheckedSet {
	/** The sort key of the written row. Default: the checked row. */
	sortKey?: Bytes;
	/** The new value. */
	value: Bytes;
	/** As {@link WriteOptions.ttlSeconds}. */
	ttlSeconds?: number;
}
/**
 * A change of one row, for {@link Table.checkAndMutate}. `{ set, value }` writes the row with the sort key `set`;
 * `ttlSeconds` works as in {@link WriteOptions.ttlSeconds}. `{ del }` removes the row with the sort key `del`.
 */
export type Mutation = {
	set: Bytes;
	value: Bytes;
	ttlSeconds?: number;
} | {
	del: Bytes;
};
/** Options of {@link Table.count}. */
export interface CountOptions {
	/** Milliseconds for each request; there may be many. Default 5000. */
	timeoutMs?: number;
	/** Aborts the count: it rejects at once with the signal's `reason`. */
	signal?: AbortSignal;
	/** Rows that a server counts in one request. Default 1000, which is also the server's limit. */
	batchSize?: number;
	/** How hash keys are compared with `hashKeyFilterPattern`. Default {@link FilterType.NoFilter}. */
	hashKeyFilterType?: FilterType;
	/** The pattern for `hashKeyFilterType`. Default empty: it matches every key. */
	hashKeyFilterPattern?: Bytes;
	/** How sort keys are compared with `sortKeyFilterPattern`. Default {@link FilterType.NoFilter}. */
	sortKeyFilterType?: FilterType;
	/** The pattern for `sortKeyFilterType`. Default empty: it matches every key. */
	sortKeyFilterPattern?: Bytes;
	/**
	 * Called after each counted partition. When the table's partitions are split during the count, the count starts
	 * again. If this function throws, the count ends and rejects with that error.
	 */
	onProgress?(progress: CountProgress): void;
}
/** Options of {@link Table.delRange}. */
export interface DelRangeOptions {
	/** Milliseconds for each request; there may be many. Default: the timeout of the table, or of the client. */
	timeoutMs?: number;
	/** Aborts the call: it rejects at once with the signal's `reason`. Rows already removed stay removed. */
	signal?: AbortSignal;
	/** Whether the range includes a row at its start. Default true. */
	startInclusive?: boolean;
	/** Whether the range includes a row at its stop. Default false. Has no effect when the stop is empty. */
	stopInclusive?: boolean;
	/** How sort keys are compared with `sortKeyFilterPattern`. Default {@link FilterType.NoFilter}. */
	sortKeyFilterType?: FilterType;
	/** The pattern for `sortKeyFilterType`. Default empty: it matches every key. */
	sortKeyFilterPattern?: Bytes;
}
/** Limits of one reply. */
export interface MultiGetLimits extends ReadOptions {
	/** Maximum rows in one reply; 0 or less: the client sets no limit. Default 100. The server's own limit is 3,000. */
	maxKvCount?: number;
	/**
	 * Maximum bytes of sort keys and values in one reply; 0 or less: the client sets no limit. Default 1,000,000. The row
	 * that reaches the limit is still part of the reply. The server's own limit is 30 MiB.
	 */
	maxKvSize?: number;
	/** Returns no values: each one is an empty Buffer. Default false. */
	noValue?: boolean;
}
/** Options of {@link Table.multiGetOpt}. */
export interface MultiGetOptions extends MultiGetLimits {
	/** Whether the range includes a row at its start. Default true. */
	startInclusive?: boolean;
	/** Whether the range includes a row at its stop. Default false. Has no effect when the stop is empty. */
	stopInclusive?: boolean;
	/** How sort keys are compared with `sortKeyFilterPattern`. Default {@link FilterType.NoFilter}. */
	sortKeyFilterType?: FilterType;
	/** The pattern for `sortKeyFilterType`. Default empty: it matches every key. */
	sortKeyFilterPattern?: Bytes;
	/**
	 * Keeps the last rows of the range when a limit cuts the reply. Rows still come in ascending order. Default false.
	 */
	reverse?: boolean;
}
/** Options of {@link Table.getAllSortKeys}. */
export interface GetAllSortKeysOptions {
	/** Where the range starts. Default empty: at the first row. */
	startSortKey?: Bytes;
	/** Where the range stops. Default empty: after the last row. */
	stopSortKey?: Bytes;
	/** Whether the range includes a row at its start. Default true. */
	startInclusive?: boolean;
	/** Whether the range includes a row at its stop. Default false. Has no effect when the stop is empty. */
	stopInclusive?: boolean;
	/** How sort keys are compared with `sortKeyFilterPattern`. Default {@link FilterType.NoFilter}. */
	sortKeyFilterType?: FilterType;
	/** The pattern for `sortKeyFilterType`. Default empty: it matches every key. */
	sortKeyFilterPattern?: Bytes;
	/** Rows in one batch. Default 1000, which is also the server's limit. */
	batchSize?: number;
	/** Milliseconds for each batch. Default 5000. */
	timeoutMs?: number;
	/** Aborts the call: it rejects at once with the signal's `reason`. */
	signal?: AbortSignal;
}
/** Options of {@link Table.multiGetAll}. */
export interface MultiGetAllOptions extends GetAllSortKeysOptions {
	/** Returns no values: each one is an empty Buffer. Default false. */
	noValue?: boolean;
}
/** Options of a scan. */
export interface ScanOptions {
	/** Milliseconds for each batch. Default 5000. */
	timeoutMs?: number;
	/** Aborts the scan: the running fetch and all later ones reject with the signal's `reason`. */
	signal?: AbortSignal;
	/** Rows in one batch. Default 1000, which is also the server's limit. */
	batchSize?: number;
	/** Whether the range includes a row at its start. Default true. */
	startInclusive?: boolean;
	/** Whether the range includes a row at its stop. Default false. Has no effect when the stop is empty. */
	stopInclusive?: boolean;
	/** Returns no values: each one is an empty Buffer. Default false. */
	noValue?: boolean;
	/** How hash keys are compared with `hashKeyFilterPattern`. Default {@link FilterType.NoFilter}. */
	hashKeyFilterType?: FilterType;
	/** The pattern for `hashKeyFilterType`. Default empty: it matches every key. */
	hashKeyFilterPattern?: Bytes;
	/** How sort keys are compared with `sortKeyFilterPattern`. Default {@link FilterType.NoFilter}. */
	sortKeyFilterType?: FilterType;
	/** The pattern for `sortKeyFilterType`. Default empty: it matches every key. */
	sortKeyFilterPattern?: Bytes;
	/** Returns the time of expiry of each row, see {@link ScanEntry.expireAt}. Default false. */
	returnExpireTs?: boolean;
}
/** The result of a conditional write. */
export interface CheckResult {
	/** True when the check passed, so the write was done. */
	succeeded: boolean;
	/** True when the value of the checked row was requested. When false, ignore the next two fields. */
	checkValueReturned: boolean;
	/** True when the checked row existed before the write. */
	checkValueExist: boolean;
	/** The row's value before the write; `null` when there was no row or the value was not requested. */
	checkValue: Buffer | null;
}
/** The result of {@link Table.compareExchange}. */
export interface CompareExchangeResult {
	/** True when the row had the expected value, so the new value was written. */
	succeeded: boolean;
	/** The value found in place of the expected one; `null` when there was no row, and on success. */
	actual: Buffer | null;
}
/**
 * The result for one item of a batch. The error is always a {@link PegasusError}. An item that no server accepts, such
 * as a row of more than 1 MiB, gets the code `ERR_INVALID_ARGUMENT`.
 */
export type BatchOutcome = {
	ok: true;
} | {
	ok: false;
	error: PegasusError;
};
/** The result for one key of {@link Table.batchGetSettled}; `null` for a row that does not exist. */
export type BatchGetOutcome = {
	ok: true;
	value: Buffer | null;
} | {
	ok: false;
	error: PegasusError;
};
/**
 * Reads rows of a table, batch by batch. Made by {@link Table.getScanner} and {@link Table.getUnorderedScanners}. Use
 * it with `for await`: when the loop ends for any reason, the server frees its context of the scan.
 *
 * The first batch is fetched when its first row is requested. From the second batch on, the next batch is fetched while
 * the current one is used, but never more than one. When a fetch fails, the call rejects. The next call retries from
 * the same position, so no row is lost or given twice. Calls may overlap; they are answered one after the other. The
 * Buffers of a batch share memory, see {@link ScanEntry}.
 *
 * @example
 * ```ts
 * const scanner = table.getScanner('user-1', 'a', 'n', { batchSize: 100 })
 * for await (const { sortKey, value } of scanner) {
 *   if (value.length === 0) break
 *   console.log(`${sortKey}: ${value}`)
 * }
 * ```
 */
export declare class Scanner implements AsyncIterableIterator<ScanEntry> {
	#private;
	private constructor();
	/**
	 * Gives the next row. After the last row, and after a loop was left, every call gives `done: true`.
	 *
	 * Rejects with a {@link PegasusError}, as every read does, and with the code `ERR_SCANNER_CLOSED` after `close()`.
	 */
	next(): Promise<IteratorResult<ScanEntry, undefined>>;
	/**
	 * Gives the remaining rows of the current batch, or the whole next batch; `null` at the end. Faster than row by row.
	 *
	 * Rejects as {@link Scanner.next}.
	 */
	nextBatch(): Promise<ScanEntry[] | null>;
	/** Ends the scan. `for await` calls it when the loop is left. */
	return(): Promise<IteratorResult<ScanEntry, undefined>>;
	/** Ends the scan and rejects with the given error. */
	throw(error?: unknown): Promise<IteratorResult<ScanEntry, undefined>>;
	/**
	 * Ends the scan. The server is informed in the background. May be called at any time and more than once. A running
	 * fetch rejects with `ERR_SCANNER_CLOSED`.
	 */
	close(): Promise<void>;
	[Symbol.asyncIterator](): this;
	/** Same as {@link Scanner.close}, for `await using`. */
	[Symbol.asyncDispose](): Promise<void>;
}
/**
 * A table of the cluster, opened by {@link PegasusClient.openTable}.
 *
 * A row is a value under a hash key and a sort key. All rows of one hash key are stored together, ordered by the bytes
 * of their sort keys, and one call can read or write many of them. A hash key is shorter than 65,535 bytes. It may be
 * empty only in operations on single rows; then the sort key selects the partition.
 *
 * Arguments are checked before anything is sent. A wrong argument rejects with a `TypeError` or a `RangeError` whose
 * `code` is `ERR_INVALID_ARGUMENT`. All other failures reject with a {@link PegasusError}: `ERR_TIMEOUT` after the
 * deadline, `ERR_CLIENT_CLOSED` after `close()`, `ERR_BUSY` from a server that throttles, or another code from a
 * server.
 *
 * Keys and values are copied during the call, so the caller may change its Buffers at once. A server accepts 1 MiB in
 * one write, keys and framing included. A longer write is refused with a `RangeError` before it is sent.
 *
 * The Buffers of replies that arrive together may share memory, so a small Buffer can keep a larger block alive. To
 * keep a value for long, copy it with `Buffer.from(value)`.
 */
export declare class Table {
	#private;
	/** The table's name. */
	readonly name: string;
	/** The table's number in the cluster. */
	readonly appId: number;
	private constructor();
	/** The number of partitions. It can double while the client runs, because the cluster may split partitions. */
	get partitionCount(): number;
	/**
	 * Reads a value.
	 *
	 * @returns The value, or `null` when the row does not exist or has expired. A value can be an empty Buffer.
	 * @example
	 * ```ts
	 * const value = await table.get('user-1', 'name')
	 * console.log(value?.toString())
	 * ```
	 */
	get(hashKey: Bytes, sortKey: Bytes, options?: ReadOptions): Promise<Buffer | null>;
	/**
	 * Writes a value and replaces an existing one. The row expires `ttlSeconds` from now. Without `ttlSeconds` it never
	 * expires: a row does not keep its earlier expiry.
	 *
	 * @example
	 * ```ts
	 * await table.set('session', token, JSON.stringify(session), { ttlSeconds: 3600 })
	 * ```
	 */
	set(hashKey: Bytes, sortKey: Bytes, value: Bytes, options?: WriteOptions): Promise<void>;
	/**
	 * Removes a row. Succeeds also when the row does not exist.
	 *
	 * @example
	 * ```ts
	 * await table.remove('user-1', 'name')
	 * ```
	 */
	remove(hashKey: Bytes, sortKey: Bytes, options?: CallOptions): Promise<void>;
	/**
	 * Tells whether a row exists, without reading its value.
	 *
	 * @example
	 * ```ts
	 * if (await table.exist('user-1', 'name')) console.log('known')
	 * ```
	 */
	exist(hashKey: Bytes, sortKey: Bytes, options?: ReadOptions): Promise<boolean>;
	/**
	 * Reads the remaining lifetime of a row.
	 *
	 * @returns Whole seconds; -1 when the row never expires; `null` when it does not exist.
	 * @example
	 * ```ts
	 * await table.set('session', token, data, { ttlSeconds: 60 })
	 * await table.ttl('session', token) // 60
	 * ```
	 */
	ttl(hashKey: Bytes, sortKey: Bytes, options?: ReadOptions): Promise<number | null>;
	/**
	 * Adds to an integer in one atomic step. The value is the integer's decimal text, so `get` and `set` work on it too.
	 * A row that does not exist, or whose value is empty, counts as 0.
	 *
	 * The client does not retry an increment that may have been applied. The error then has `maybeApplied: true`.
	 *
	 * @param by - The number to add, a 64-bit integer. As a `number`, its size is at most 2^53 - 1. Default 1.
	 * @returns The sum, exact.
	 * @throws {@link PegasusError} with the code `ERR_INVALID_PARAMETERS` when the value or the sum is not a 64-bit
	 * integer. The value then stays unchanged.
	 * @example
	 * ```ts
	 * await table.incr('page-1', 'visits') // 1n
	 * await table.incr('page-1', 'visits', 10n, { ttlSeconds: 3600 }) // 11n
	 * ```
	 */
	incr(hashKey: Bytes, sortKey: Bytes, by?: number | bigint, options?: IncrOptions): Promise<bigint>;
	/**
	 * Writes a row if a check passes. The checked row has the same hash key and may be another row than the written one.
	 * Check and write are one atomic step. The call also resolves when the check does not pass.
	 *
	 * The client does not retry a write that may have been applied. The error then has `maybeApplied: true`.
	 *
	 * @throws {@link PegasusError} with the code `ERR_INVALID_PARAMETERS` when the check compares integers and the value
	 * is not a 64-bit integer.
	 * @example
	 * ```ts
	 * const check = { sortKey: 'lock', type: CheckType.ValueNotExist, returnCheckValue: true }
	 * const { succeeded, checkValue } = await table.checkAndSet('job-1', check, { value: 'me', ttlSeconds: 30 })
	 * if (!succeeded) console.log(`held by ${checkValue}`)
	 * ```
	 */
	checkAndSet(hashKey: Bytes, check: Check, set: CheckedSet, options?: CallOptions): Promise<CheckResult>;
	/**
	 * Writes and removes rows of one hash key, in the given order, if a check of one of its rows passes. Check and
	 * changes are one atomic step: either all changes are made or none. An empty list of mutations is refused.
	 *
	 * The client does not retry it when it may have been applied, as {@link Table.checkAndSet}.
	 *
	 * @throws As {@link Table.checkAndSet}.
	 * @example
	 * ```ts
	 * const check = { sortKey: 'stock', type: CheckType.ValueIntGreaterOrEqual, operand: 1 }
	 * const { succeeded } = await table.checkAndMutate('item-1', check, [
	 *   { set: 'reserved-by', value: 'user-1', ttlSeconds: 600 },
	 *   { del: 'offer' },
	 * ])
	 * ```
	 */
	checkAndMutate(hashKey: Bytes, check: Check, mutations: Iterable<Mutation>, options?: CallOptions): Promise<CheckResult>;
	/**
	 * Writes a value if the row has the expected value, in one atomic step. The call also resolves when the row has
	 * another value. The client does not retry it when it may have been applied, as {@link Table.checkAndSet}.
	 *
	 * @param expected - Compared byte by byte; `null` means that the row must not exist.
	 * @example
	 * ```ts
	 * let old = await table.get('counter', 'state')
	 * for (;;) {
	 *   const { succeeded, actual } = await table.compareExchange('counter', 'state', old, next(old))
	 *   if (succeeded) break
	 *   old = actual
	 * }
	 * ```
	 */
	compareExchange(hashKey: Bytes, sortKey: Bytes, expected: Bytes | null, value: Bytes, options?: WriteOptions): Promise<CompareExchangeResult>;
	/**
	 * Reads rows of any hash keys. The client sends one request to each of their partitions (more for very many keys),
	 * all at once. An empty list of keys is refused. To read rows of one hash key, use {@link Table.multiGet}.
	 *
	 * The call rejects when one of the requests fails: it returns all values or none. To have the values that can be
	 * had, use {@link Table.batchGetSettled}.
	 *
	 * @returns The values in the order of the keys; `null` for a row that does not exist.
	 * @example
	 * ```ts
	 * const [ada, alan] = await table.batchGet([['user-1', 'name'], ['user-2', 'name']])
	 * ```
	 */
	batchGet(keys: Iterable<readonly [
		Bytes,
		Bytes
	]>, options?: ReadOptions): Promise<(Buffer | null)[]>;
	/**
	 * Reads rows as {@link Table.batchGet} does, with an outcome for each key: when a request fails, only the keys that
	 * it asked for have errors. So while one server is gone, the rows of the others are still read.
	 *
	 * The call rejects only when it fails as a whole: for a wrong argument, before anything is sent, or when it is
	 * aborted. It resolves when every key has an outcome, at the deadline at the latest.
	 *
	 * @returns The outcome of each key, in the order of the keys: a value, `null` for a row that does not exist, or an
	 * error. Keys that one request asked for have errors of their own that say the same.
	 * @example
	 * ```ts
	 * const outcomes = await table.batchGetSettled([['user-1', 'name'], ['user-2', 'name']], { timeoutMs: 200 })
	 * const names = outcomes.map((outcome) => (outcome.ok ? outcome.value : 'unknown'))
	 * ```
	 */
	batchGetSettled(keys: Iterable<readonly [
		Bytes,
		Bytes
	]>, options?: ReadOptions): Promise<BatchGetOutcome[]>;
	/**
	 * Writes rows of any hash keys, each on its own. Some rows may fail while others are written; the call does not
	 * reject then. The order of the writes is undefined, so each row should occur only once. An empty list of rows is
	 * refused. To write rows of one hash key together, use {@link Table.multiSet}.
	 *
	 * @param rows - Each is `[hashKey, sortKey, value]`. A wrong hash key, or a value that is not bytes, rejects the
	 * whole batch before anything is sent.
	 * @returns The outcome of each row, in the order of the rows.
	 * @example
	 * ```ts
	 * const outcomes = await table.batchSet([['user-1', 'name', 'Ada'], ['user-2', 'name', 'Alan']])
	 * for (const outcome of outcomes) if (!outcome.ok) console.error(outcome.error)
	 * ```
	 */
	batchSet(rows: Iterable<readonly [
		Bytes,
		Bytes,
		Bytes
	]>, options?: WriteOptions): Promise<BatchOutcome[]>;
	/**
	 * Removes rows of any hash keys, each on its own, as {@link Table.batchSet} writes them. Succeeds also for rows that
	 * do not exist. To remove rows of one hash key together, use {@link Table.multiDel}.
	 *
	 * @returns The outcome of each row, in the order of the keys.
	 * @example
	 * ```ts
	 * const outcomes = await table.batchDel([['user-1', 'name'], ['user-2', 'name']])
	 * const removed = outcomes.every(({ ok }) => ok)
	 * ```
	 */
	batchDel(keys: Iterable<readonly [
		Bytes,
		Bytes
	]>, options?: CallOptions): Promise<BatchOutcome[]>;
	/**
	 * Writes several rows of one hash key, either all or none. When a sort key occurs twice, the last value wins. An
	 * empty list of entries and an empty hash key are refused.
	 *
	 * @example
	 * ```ts
	 * await table.multiSet('user-1', { name: 'Ada', city: 'London' })
	 * await table.multiSet('user-2', new Map([['name', 'Alan']]), { ttlSeconds: 60 })
	 * ```
	 */
	multiSet(hashKey: Bytes, entries: Entries, options?: WriteOptions): Promise<void>;
	/**
	 * Reads rows of one hash key: those with the given sort keys, or all of them.
	 *
	 * @param sortKeys - Each sort key is read once, even if it occurs several times. `null` means all rows. An empty list
	 * is refused, because it could mean all rows or none.
	 * @returns The existing rows, always in ascending byte order of their sort keys. `complete` is false when a limit cut
	 * the reply: `maxKvCount`, `maxKvSize`, or the server's own limit of 3,000 rows or 30 MiB. To read beyond these
	 * limits, use {@link Table.multiGetAll}.
	 * @example
	 * ```ts
	 * const { entries, complete } = await table.multiGet('user-1', null)
	 * for (const { sortKey, value } of entries) console.log(`${sortKey}: ${value}`)
	 * ```
	 */
	multiGet(hashKey: Bytes, sortKeys: Iterable<Bytes> | null, options?: MultiGetLimits): Promise<MultiGetResult>;
	/**
	 * Reads the rows of one hash key whose sort keys lie in a range.
	 *
	 * @param startSortKey - Where the range starts. Empty: at the first row.
	 * @param stopSortKey - Where the range stops. Empty: after the last row.
	 * @returns As {@link Table.multiGet}.
	 * @example
	 * ```ts
	 * const { entries: newest } = await table.multiGetOpt('log', '2024-01', '2024-02', { reverse: true, maxKvCount: 10 })
	 * ```
	 */
	multiGetOpt(hashKey: Bytes, startSortKey: Bytes, stopSortKey: Bytes, options?: MultiGetOptions): Promise<MultiGetResult>;
	/**
	 * Removes several rows of one hash key, either all or none. An empty list of sort keys and an empty hash key are
	 * refused.
	 *
	 * @returns The number of sort keys given. The server does not check which of the rows existed.
	 * @example
	 * ```ts
	 * await table.multiDel('user-1', ['name', 'city']) // 2
	 * ```
	 */
	multiDel(hashKey: Bytes, sortKeys: Iterable<Bytes>, options?: CallOptions): Promise<number>;
	/**
	 * Removes the rows of one hash key whose sort keys lie in a range, without a limit on their number.
	 *
	 * This is not atomic. The client removes rows in rounds of up to 1,000, and each round is atomic. Rows written to the
	 * range during the call may be removed or stay.
	 *
	 * @param startSortKey - Where the range starts. Empty: at the first row.
	 * @param stopSortKey - Where the range stops. Empty: after the last row. Both empty: all rows of the hash key.
	 * @returns The number of removed rows.
	 * @throws {@link PegasusError} with two more properties: `deleted` is the number of rows certainly removed, and
	 * `nextSortKey` is the sort key to continue from. When `maybeApplied` is true, the last round may or may not have
	 * been applied; removing its rows again is safe.
	 * @example
	 * ```ts
	 * await table.delRange('log', '2024-01', '2024-02') // all of January
	 * ```
	 */
	delRange(hashKey: Bytes, startSortKey: Bytes, stopSortKey: Bytes, options?: DelRangeOptions): Promise<number>;
	/**
	 * Counts the rows of one hash key. The server reads all of them.
	 *
	 * @example
	 * ```ts
	 * await table.multiSet('user-1', { name: 'Ada', city: 'London' })
	 * await table.sortKeyCount('user-1') // 2
	 * ```
	 */
	sortKeyCount(hashKey: Bytes, options?: CallOptions): Promise<number>;
	/**
	 * Reads the sort keys of one hash key, without their values.
	 *
	 * @param options - `noValue` has no effect here.
	 * @returns The sort keys in ascending byte order. `complete` is false when a limit cut the reply, as in
	 * {@link Table.multiGet}. To read beyond the limits, use {@link Table.getAllSortKeys}.
	 * @example
	 * ```ts
	 * const { sortKeys } = await table.getSortKeys('user-1')
	 * console.log(sortKeys.map(String)) // [ 'city', 'name' ]
	 * ```
	 */
	getSortKeys(hashKey: Bytes, options?: MultiGetLimits): Promise<SortKeysResult>;
	/**
	 * Reads all rows of one hash key, or of a range of it, in as many batches as needed. So it can read more than the
	 * 3,000 rows or 30 MiB of one reply. All rows must fit into memory; {@link Table.getScanner} gives them one by one
	 * instead. Rows written during the call may or may not be included.
	 *
	 * @returns The rows in ascending byte order of their sort keys. The Buffers of a batch share memory.
	 * @example
	 * ```ts
	 * const rows = await table.multiGetAll('log', { startSortKey: '2024-01', stopSortKey: '2024-02' })
	 * console.log(rows.length)
	 * ```
	 */
	multiGetAll(hashKey: Bytes, options?: MultiGetAllOptions): Promise<{
		sortKey: Buffer;
		value: Buffer;
	}[]>;
	/**
	 * Reads all sort keys of one hash key, or of a range of it, without their values. Works as {@link Table.multiGetAll}.
	 *
	 * @returns The sort keys in ascending byte order. The Buffers of a batch share memory.
	 * @example
	 * ```ts
	 * const sortKeys = await table.getAllSortKeys('user-1')
	 * ```
	 */
	getAllSortKeys(hashKey: Bytes, options?: GetAllSortKeysOptions): Promise<Buffer[]>;
	/**
	 * Makes a scanner of one hash key. It reads the rows batch by batch, in ascending byte order of their sort keys, and
	 * gives each row once, even if servers fail or change during the scan. Nothing is sent before the first row is
	 * requested. Wrong arguments throw at once.
	 *
	 * @param startSortKey - Where the range starts. Default empty: at the first row.
	 * @param stopSortKey - Where the range stops. Default empty: after the last row.
	 * @example
	 * ```ts
	 * for await (const { sortKey, value } of table.getScanner('user-1')) console.log(`${sortKey}: ${value}`)
	 * ```
	 */
	getScanner(hashKey: Bytes, startSortKey?: Bytes, stopSortKey?: Bytes, options?: ScanOptions): Scanner;
	/**
	 * Makes scanners that together read the whole table. Each one reads some of the partitions, and they may run at the
	 * same time or one after the other. Rows come grouped by hash key; the order of the groups is undefined.
	 *
	 * @param maxSplitCount - The maximum number of scanners. There are never more scanners than partitions.
	 * @example
	 * ```ts
	 * const scanners = table.getUnorderedScanners(4)
	 * await Promise.all(scanners.map(async (scanner) => {
	 *   for await (const { hashKey, sortKey, value } of scanner) console.log(hashKey, sortKey, value)
	 * }))
	 * ```
	 */
	getUnorderedScanners(maxSplitCount: number, options?: ScanOptions): Scanner[];
	/**
	 * Counts the rows of the table, or those that pass filters. The servers count, several at a time. They read all rows
	 * but send none. Rows written or removed during the count may or may not be counted.
	 *
	 * @throws {@link PegasusError} with the code `ERR_INCOMPLETE_DATA` when a server ran out of time for a part of the
	 * count. Other codes are those of any read.
	 * @example
	 * ```ts
	 * const rows = await table.count({
	 *   hashKeyFilterType: FilterType.MatchPrefix,
	 *   hashKeyFilterPattern: 'user-',
	 *   onProgress: ({ partitionsDone, partitions }) => console.log(`${partitionsDone} of ${partitions}`),
	 * })
	 * ```
	 */
	count(options?: CountOptions): Promise<number>;
}
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
export declare class PegasusClient {
	#private;
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
	static connect(options: ClientOptions): Promise<PegasusClient>;
	/** Administrative calls: managing tables and inspecting the cluster. */
	readonly admin: Admin;
	private constructor();
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
	openTable(name: string, options?: TableOptions): Promise<Table>;
	/**
	 * Closes the client after all operations in flight have their answers. Later operations reject with
	 * `ERR_CLIENT_CLOSED`, also on its tables and scanners. May be called more than once: each call waits for the end.
	 */
	close(): Promise<void>;
	/** Same as {@link PegasusClient.close}, for `await using`. */
	[Symbol.asyncDispose](): Promise<void>;
}
/** When the cluster replaces a server that is gone. */
export interface FailoverOptions {
	/**
	 * Milliseconds until the cluster notices that the server is gone. Then the server's partitions get other primaries,
	 * and another meta server becomes the leader in its place. Before that, the meta servers still name the old server.
	 * Default 0: all of this happens before the call resolves. `null`: never. A real cluster takes about 20 s: `20_000`.
	 */
	failoverAfterMs?: number | null;
}
/** The methods of the servers, by their names in the IDL. */
export type FaultRpc = "get" | "put" | "remove" | "ttl" | "multi_get" | "multi_put" | "multi_remove" | "sortkey_count" | "batch_get" | "incr" | "check_and_set" | "check_and_mutate" | "get_scanner" | "scan" | "clear_scanner" | "query_cfg" | "create_app" | "drop_app" | "recall_app" | "list_apps" | "list_nodes" | "cluster_info" | "update_app_env" | "start_partition_split" | "negotiation";
/**
 * Which requests a local cluster handles differently, and how: see {@link LocalCluster.addFault}. A request must meet
 * every condition that is present. A rule with only a `reaction` applies to all requests.
 */
export interface FaultRule {
	/** The RPC, by its name in the IDL (`put` is the RPC of {@link Table.set}) or on the wire. */
	rpc?: FaultRpc | `RPC_${string}`;
	/** The table, by name: requests for its rows, and requests to a meta server about it. */
	table?: string;
	/** The partition that the request is sent to; the first is 0. */
	partitionIndex?: number;
	/** The server that receives the request, one of {@link LocalCluster.metaServers} and `replicaServers`. */
	server?: string;
	/**
	 * How many matching requests to leave alone first. Default 0. With `times: 1`, only the request after them is hit.
	 */
	skip?: number;
	/** The maximum number of requests to hit. Default: no maximum. */
	times?: number;
	/**
	 * The share of matching requests to hit, more than 0 and at most 1. Default 1. The selection depends only on `seed`
	 * and on the number of earlier matching requests, so a run can be repeated.
	 */
	share?: number;
	/** The seed of the selection by `share`, an integer. Default 0. */
	seed?: number;
	/** What happens to the requests that are hit. */
	reaction: FaultReaction;
}
/**
 * What happens to a request. With `carriedOut: true` the server executes the request and then changes its answer: a
 * write is done, but the client receives something else. Default false: the server does not execute the request.
 */
export type FaultReaction = 
/**
 * The answer is this error: `ERR_` and more, also a name that no client knows. It stands where real servers put it:
 * in the header, and in the body of a meta server's answer.
 */
{
	error: `ERR_${string}`;
	carriedOut?: boolean;
}
/**
 * The request is executed at once and answered after this many milliseconds. Other requests do not wait for it. If the
 * partition's primary moves meanwhile, a write stays done and is never answered.
 */
 | {
	delayMs: number;
}
/**
 * The request waits for this many milliseconds, then it is executed and answered. Other requests do not wait for it.
 * If the partition's primary moves meanwhile, a write is dropped: neither executed nor answered.
 */
 | {
	holdMs: number;
}
/** There is no answer. */
 | {
	drop: true;
	carriedOut?: boolean;
}
/** The request is executed and answered twice. */
 | {
	duplicate: true;
}
/** The request is executed. In its answer, every bit after the length is inverted. */
 | {
	corrupt: true;
}
/** The connection is closed. Earlier requests on it still get their answers. */
 | {
	disconnect: true;
	carriedOut?: boolean;
};
/**
 * A rule that is active at a local cluster until it is removed: see {@link LocalCluster.addFault}.
 *
 * @example
 * ```ts
 * const fault = cluster.addFault({ rpc: 'put', times: 1, reaction: { error: 'ERR_BUSY' } })
 * await table.set('user', 'name', 'Ada')   // the client retries
 * console.log(fault.hits)                  // 1
 * fault.remove()
 * ```
 */
export declare class Fault {
	#private;
	/** The rule given to {@link LocalCluster.addFault}. */
	readonly rule: FaultRule;
	private constructor();
	/** The number of requests hit so far, retries included. Can still be read after the rule was removed. */
	get hits(): number;
	/**
	 * Removes the rule: later requests are handled normally. What the rule already delays still happens at its
	 * delayed time. Removing the rule again does nothing.
	 */
	remove(): void;
}
/** Options of {@link LocalCluster.start}. */
export interface LocalClusterOptions {
	/** Tables to create at the start: name to partition count. */
	tables?: Readonly<Record<string, number>>;
	/** The number of replica servers, each on its own port. Default 3. */
	replicaServers?: number;
	/** The number of meta servers. The first one leads. Default 1. */
	metaServers?: number;
	/** The address to listen on. Default `127.0.0.1`. */
	host?: string;
	/** The port of the first meta server. Default 0: any free port. */
	port?: number;
	/** A directory for the data, which stays when the cluster stops. Default: the data is in memory and is lost then. */
	dataDir?: string;
	/** Reports the addresses of servers as host names too, as clusters with DNS do. Default false. */
	hostPorts?: boolean;
}
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
export declare class LocalCluster {
	#private;
	/** The addresses of the meta servers, `host:port`, as {@link PegasusClient.connect} takes them. */
	readonly metaServers: string[];
	/** The addresses of the replica servers, `host:port`. */
	readonly replicaServers: string[];
	private constructor();
	/**
	 * Starts a cluster. It is ready when the promise resolves.
	 *
	 * Rejects with a `TypeError` or a `RangeError` with the code `ERR_INVALID_ARGUMENT` when an option is wrong. Rejects
	 * with a {@link PegasusError} when the cluster cannot start, for example because the port is in use.
	 */
	static start(options?: LocalClusterOptions): Promise<LocalCluster>;
	/**
	 * Creates a table. It is ready for use when the promise resolves.
	 *
	 * @param partitionCount - Default 8.
	 */
	createTable(name: string, partitionCount?: number): Promise<void>;
	/**
	 * Drops a table. A table created later under the same name is a different table: clients that opened the old one
	 * find it missing.
	 *
	 * @throws {@link PegasusError} with the code `ERR_APP_NOT_EXIST` when the table does not exist, or `ERR_SPLITTING`
	 * while its partitions are being split.
	 */
	dropTable(name: string): Promise<void>;
	/**
	 * Starts to double the partitions of a table, as {@link Admin.startPartitionSplit} does, and gives the new number of
	 * partitions. The new partitions get their rows one after the other. Until a partition's split is complete, writes to
	 * it are refused with `ERR_SPLITTING`, and the client retries them.
	 *
	 * @throws {@link PegasusError} with the code `ERR_APP_NOT_EXIST` when the table does not exist, or `ERR_BUSY` while
	 * it is already being split.
	 */
	splitTable(name: string): Promise<number>;
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
	stopServer(address: string, options?: FailoverOptions): Promise<void>;
	/**
	 * Starts a stopped server again, at the same address. If another server took over its role, it becomes a follower.
	 */
	startServer(address: string): Promise<void>;
	/**
	 * Freezes a server, as if its process hung: connections stay open and new ones succeed, but nothing is answered.
	 * Requests that arrive during this time are answered after {@link LocalCluster.healServer}, according to the server's
	 * role at that time.
	 */
	freezeServer(address: string, options?: FailoverOptions): Promise<void>;
	/**
	 * Cuts off a server, as if all packets from and to it were lost. This works as {@link LocalCluster.freezeServer}, and
	 * in addition new connections neither succeed nor are refused. (They wait in a full accept queue. Linux keeps them
	 * waiting; on other systems some may succeed, but they are not served.)
	 */
	cutOffServer(address: string, options?: FailoverOptions): Promise<void>;
	/**
	 * Heals a server that is frozen or cut off: it continues where it stopped. If another server took over its role, it
	 * refuses the waiting requests with `ERR_INVALID_STATE` and becomes a follower.
	 */
	healServer(address: string): Promise<void>;
	/** Starts or heals every server that needs it, and removes all rules. Use it at the end of a test. */
	healAll(): Promise<void>;
	/**
	 * Gives the address of a partition's primary.
	 *
	 * @throws {@link PegasusError} with the code `ERR_INVALID_STATE` while the partition has no primary: none of its
	 * servers is up, or a split is still creating it.
	 */
	primary(table: string, partitionIndex: number): Promise<string>;
	/**
	 * Moves a partition's primary to another replica server and gives that server's address. The old primary refuses
	 * later requests with `ERR_INVALID_STATE`. The ballot grows by two, as in real clusters.
	 *
	 * As in real clusters, the old primary never answers the writes that it has received and not finished. Some of them are
	 * done and some are not: see `delayMs` and `holdMs` of {@link FaultReaction}. It still answers reads.
	 *
	 * @param address - One of `replicaServers`. Default: a secondary that is up.
	 */
	movePrimary(table: string, partitionIndex: number, address?: string): Promise<string>;
	/**
	 * Increases the ballot of a partition, the version of its configuration. Nothing else changes. Gives the new ballot.
	 */
	raiseBallot(table: string, partitionIndex: number): Promise<number>;
	/**
	 * Changes a table as if the cluster had been set up again around the same data, or as if a proxy now led to such a
	 * cluster. The table keeps its rows, its id and its partition count. But ballots start again at 1, which never happens
	 * in a cluster that stays, and each partition has another primary if another of its servers is up. Writes in flight
	 * end as with {@link movePrimary}.
	 */
	rebuildTable(table: string): Promise<void>;
	/**
	 * Counts the scans that are open on the servers, each waiting for its next batch. A service that ends all its scans
	 * leaves 0. A scan that is not continued for five minutes is removed.
	 */
	openScans(): Promise<number>;
	/** Gives the address of the leading meta server. */
	metaLeader(): Promise<string>;
	/**
	 * Makes another meta server the leader and gives its address. The old leader names the new one to clients that ask.
	 *
	 * @param address - One of `metaServers`. Default: the next one that is up.
	 */
	moveMetaLeader(address?: string): Promise<string>;
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
	addFault(rule: FaultRule): Fault;
	/** The active rules, in the order in which they were added. */
	get faults(): Fault[];
	/** Removes all rules. */
	clearFaults(): void;
	/**
	 * Stops the cluster and closes its sockets. Without a `dataDir`, its data is lost. May be called more than once: each
	 * call waits for the end.
	 */
	stop(): Promise<void>;
	/** Same as {@link LocalCluster.stop}, for `await using`. */
	[Symbol.asyncDispose](): Promise<void>;
}

export {};
