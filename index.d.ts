// Made from lib/ by `npm run build:types`.
/// <reference types="node" />

/** How a filter compares a hash key or a sort key with its pattern, byte by byte. An empty pattern matches all. */
export declare enum FilterType {
	/** Everything passes; there is no pattern. */
	NoFilter = 0,
	/** The pattern occurs somewhere in the key. */
	MatchAnywhere = 1,
	/** The key starts with the pattern. On sort keys this also narrows the range that the server reads. */
	MatchPrefix = 2,
	/** The key ends with the pattern. */
	MatchPostfix = 3
}
/**
 * What a conditional write asks of the row that it checks. `ValueMatch…` and `ValueBytes…` compare the value with
 * the operand byte by byte, a byte being 0 to 255; `ValueInt…` read both as integers. A row that is not there
 * passes {@link CheckType.NoCheck}, {@link CheckType.ValueNotExist} and {@link CheckType.ValueNotExistOrEmpty} only.
 */
export declare enum CheckType {
	/** Passes always. */
	NoCheck = 0,
	/** There is no such row. */
	ValueNotExist = 1,
	/** There is no such row, or its value is empty. */
	ValueNotExistOrEmpty = 2,
	/** There is such a row; its value may be empty. */
	ValueExist = 3,
	/** There is such a row, and its value is not empty. */
	ValueNotEmpty = 4,
	/** The operand occurs somewhere in the value; an empty one occurs in every value. */
	ValueMatchAnywhere = 5,
	/** The value starts with the operand. */
	ValueMatchPrefix = 6,
	/** The value ends with the operand. */
	ValueMatchPostfix = 7,
	/** The value is less than the operand. */
	ValueBytesLess = 8,
	/** The value is the operand or less. */
	ValueBytesLessOrEqual = 9,
	/** The value is the operand. */
	ValueBytesEqual = 10,
	/** The value is the operand or greater. */
	ValueBytesGreaterOrEqual = 11,
	/** The value is greater than the operand. */
	ValueBytesGreater = 12,
	/** The value, an integer, is less than the operand. */
	ValueIntLess = 13,
	/** The value, an integer, is the operand or less. */
	ValueIntLessOrEqual = 14,
	/** The value, an integer, is the operand: `10` and `0xa` are the same one. */
	ValueIntEqual = 15,
	/** The value, an integer, is the operand or greater. */
	ValueIntGreaterOrEqual = 16,
	/** The value, an integer, is greater than the operand. */
	ValueIntGreater = 17
}
/** The state of a table. */
export declare enum TableStatus {
	/** It can be used. */
	Available = 1,
	/** It is being created. */
	Creating = 2,
	/** No longer used by servers. */
	CreateFailed = 3,
	/** It is being dropped. */
	Dropping = 4,
	/** No longer used by servers. */
	DropFailed = 5,
	/** It was dropped, and can perhaps be recalled. */
	Dropped = 6,
	/** It is being recalled. */
	Recalling = 7
}
/** The state of a replica server. */
export declare enum NodeStatus {
	/** The meta server hears from it. */
	Alive = 1,
	/** The meta server does not. */
	Unalive = 2
}
/** Options of every administrative call. */
export interface AdminOptions {
	/** Milliseconds in which the call must end. Default 30000, whatever the client's `timeoutMs` is. */
	timeoutMs?: number;
	/** Ends the wait: the call rejects at once with the signal's `reason`. What was already sent is not taken back. */
	signal?: AbortSignal;
}
/** Options of {@link Admin.createTable}. */
export interface CreateTableOptions extends AdminOptions {
	/** How many partitions the rows are spread over. Can only be changed by doubling it. Default 8. */
	partitionCount?: number;
	/** How many replicas each partition has; the cluster must have as many servers. Default 3. */
	replicaCount?: number;
	/**
	 * The table's settings, as {@link Admin.setTableEnvs} takes them. Servers check hardly any of them when a table
	 * is created, and pay no heed to those that make no sense. Default none.
	 */
	envs?: Readonly<Record<string, string>>;
	/** Is it fine that there is such a table, if counts and settings are the same? Default true. */
	successIfExists?: boolean;
}
/** Options of {@link Admin.dropTable}. */
export interface DropTableOptions extends AdminOptions {
	/** Seconds in which the table can be recalled. Default: what the cluster is set to, as a rule a week. */
	reserveSeconds?: number;
	/** Is it fine that there is no such table? Default false. */
	successIfNotExists?: boolean;
}
/** Options of {@link Admin.recallTable}. */
export interface RecallTableOptions extends AdminOptions {
	/** What the table is called from now on. Default: as before. */
	newName?: string;
}
/** Options of {@link Admin.listTables}. */
export interface ListTablesOptions extends AdminOptions {
	/** Lists the tables in this state only. Default: all, dropped ones included. */
	status?: TableStatus;
}
/** Options of {@link Admin.listNodes}. */
export interface ListNodesOptions extends AdminOptions {
	/** Lists the servers in this state only. Default: all. */
	status?: NodeStatus;
}
/** A table as the cluster knows it. */
export interface TableInfo {
	name: string;
	/** The number that the cluster gave it, which no other table has had or will have. */
	appId: number;
	/** `undefined` for a state that this version does not know. */
	status: TableStatus | undefined;
	partitionCount: number;
	/** How many replicas each partition should have. */
	replicaCount: number;
	/** Its settings, ordered by name. */
	envs: Record<string, string>;
	/** `null` where the cluster does not say. */
	createdAt: Date | null;
	/** `null` when it was not dropped. */
	droppedAt: Date | null;
	/** Until when it can be recalled; `null` when it was not dropped. */
	expiresAt: Date | null;
}
/** A replica server. */
export interface NodeInfo {
	/** `host:port`; the host is a name where the cluster gives one. */
	address: string;
	/** `undefined` for a state that this version does not know. */
	status: NodeStatus | undefined;
}
/** Where one partition is. */
export interface PartitionLayout {
	/** From 0. */
	index: number;
	/** Grows with every change of the partition's servers. Negative: being made by a split, and not ready yet. */
	ballot: number;
	/** The server that takes writes and reads, `host:port`; `null` while there is none. */
	primary: string | null;
	/** The servers that hold copies. */
	secondaries: string[];
	/** How many replicas it should have, the primary included; 0 while a split makes it. */
	replicaCount: number;
}
/** Where the partitions of a table are. */
export interface TableLayout {
	appId: number;
	/** Ordered by index. */
	partitions: PartitionLayout[];
}
/** What a {@link PegasusError} may know beyond its code and message. */
export interface PegasusErrorDetails {
	/** May the same call succeed later? Default false. */
	retryable?: boolean;
	/** Is this a write whose outcome is unknown? Default false. */
	maybeApplied?: boolean;
	/** The table that the operation addressed. */
	table?: string;
	/** The partition of that table, from 0. */
	partitionIndex?: number;
	/** The server of the last attempt, `host:port`. */
	server?: string;
	/** How often the operation was tried. */
	attempts?: number;
	/** Of `delRange`: how many rows it had removed before it failed. */
	deleted?: number;
	/** Of `delRange`: the sort key to go on from. */
	nextSortKey?: Buffer | null;
	/** What lies beneath. */
	cause?: Error;
}
/**
 * An operation that failed: refused by a server, not answered in time, or never sent.
 *
 * A wrong argument is not a `PegasusError` but a `TypeError` or a `RangeError` whose `code` is
 * `ERR_INVALID_ARGUMENT`; an aborted call rejects with the `reason` of its signal.
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
	 * The server's own name of the error (`ERR_TIMEOUT`, `ERR_OBJECT_NOT_FOUND`, `ERR_BUSY`, …), or one of this
	 * client: `ERR_CLIENT_CLOSED`, `ERR_TOO_MANY_REQUESTS`, `ERR_SCANNER_CLOSED`, `ERR_NATIVE_ADDON`.
	 */
	readonly code: string;
	/** May the same call succeed later? The client's own retries are already spent. */
	readonly retryable: boolean;
	/**
	 * A write whose outcome is unknown: it was sent, and no answer says whether it was applied.
	 * False for every read, and for a write that no server can have seen.
	 */
	readonly maybeApplied: boolean;
	/** The table that the operation addressed. */
	readonly table?: string;
	/** The partition of that table, from 0. */
	readonly partitionIndex?: number;
	/** The server of the last attempt, `host:port`. */
	readonly server?: string;
	/** How often the operation was tried. */
	readonly attempts?: number;
	/** Of {@link Table.delRange}: how many rows are certain to have been removed before it failed. */
	readonly deleted?: number;
	/**
	 * Of {@link Table.delRange}: the sort key to go on from, as an inclusive start; all before it is done.
	 * `null` when no row was found yet, so that it has to begin again. A printed error does not show it: it is a
	 * key, and errors end up in logs.
	 */
	readonly nextSortKey?: Buffer | null;
	/** What lies beneath, where there is more to say. */
	readonly cause?: Error;
	/** For tests and for code that wraps this client; the client makes its own. */
	constructor(code: string, message: string, details?: PegasusErrorDetails);
	get name(): string;
}
/** Bytes that go in: a string stands for its UTF-8 bytes. Bytes that come out are always Buffers. */
export type Bytes = Uint8Array | string;
/**
 * Pairs of sort key and value: an array of `[sortKey, value]`, a `Map`, any other iterable of such pairs, or
 * an object whose property names are the sort keys. Where a sort key occurs twice, the last one wins.
 */
export type Entries = Iterable<readonly [
	Bytes,
	Bytes
]> | Readonly<Record<string, Bytes>>;
/** Where the client writes what it does: `console` fits, and so do pino and its relatives. */
export interface Logger {
	error(message: string): void;
	warn(message: string): void;
	info(message: string): void;
	debug(message: string): void;
}
/** How operations are tried again. The pauses grow from one attempt to the next and are fully random. */
export interface RetryOptions {
	/** Attempts of one operation, the first included. Default: as many as its deadline allows. */
	maxAttempts?: number;
	/** Milliseconds: the first pause is at most this long. */
	baseDelayMs?: number;
	/** Milliseconds: no pause is longer than this. Not less than `baseDelayMs`. */
	maxDelayMs?: number;
}
/** How a client finds its cluster and how patient it is. */
export interface ClientOptions {
	/**
	 * The meta servers of the cluster, each `host:port`: an array, or one string with commas between them.
	 * A host is a DNS name, an IPv4 address, or an IPv6 address in brackets (`[::1]:34601`).
	 */
	metaServers: string | readonly string[];
	/** Milliseconds in which an operation must end, all its attempts together. Default 2000. */
	timeoutMs?: number;
	/** Milliseconds in which a connection must be made. Default 1000. */
	connectTimeoutMs?: number;
	/** Milliseconds for one attempt at one meta server. Default 2000. */
	metaTimeoutMs?: number;
	/** A connection on which calls did nothing but time out for so many milliseconds is replaced. Default 3000. */
	sessionResetMs?: number;
	/** How operations are tried again. */
	retry?: RetryOptions;
	/**
	 * Operations that are in flight at once, from their first attempt to their result; of a scan each batch counts, of
	 * a batch of keys each request. From 1 to 100,000,000. Default 100,000: far more than it takes to keep a cluster
	 * busy, and few enough to be held while a cluster answers nothing.
	 */
	maxInFlight?: number;
	/**
	 * Bytes of keys and values that are in flight in requests. An operation with more runs alone. From 1 to
	 * 68,719,476,735. Default 268,435,456 (256 MiB): a request that waits to be sent is held twice, as arguments and as
	 * a frame. Replies do not count: `maxKvSize` and `batchSize` bound each of them.
	 */
	maxInFlightBytes?: number;
	/**
	 * What becomes of an operation for which there is no room in flight. Default `'wait'`: it waits, in the order in
	 * which operations come, until its deadline or until it is aborted. `'refuse'`: it rejects at once with
	 * `ERR_TOO_MANY_REQUESTS`, which is `retryable`; nothing was sent then.
	 */
	whenFull?: "wait" | "refuse";
	/**
	 * Where the client writes what it does. Default `null`: nowhere. A logger with `isLevelEnabled` or a
	 * `level` is asked once, when the client connects, which lines it wants.
	 */
	logger?: Logger | null;
}
/** Options of a table. */
export interface TableOptions {
	/** Milliseconds for each operation on this table, instead of the client's `timeoutMs`. */
	timeoutMs?: number;
	/** When a secondary may answer reads. Default: never. */
	backupRequest?: BackupRequestOptions;
}
/**
 * When a secondary may answer a read of a table in place of the primary: `get`, `exist`, `ttl`, `batchGet`, `multiGet`,
 * `multiGetOpt` and `getSortKeys`. Nothing else is ever sent to one: no write, no scan, no count.
 *
 * **What is given up.** A secondary has what it was told of so far. It may lack writes that are acknowledged, the
 * caller's own last one included, and of two reads the later one may show the older state. It never shows what no
 * client has written, and a row is as it was at some time. How far it is behind has no bound: usually milliseconds,
 * and as long as it was cut off when it was. {@link ReadOptions.onMaybeStale} tells which answers came from one.
 *
 * A server may refuse backup reads or, beyond the table's `replica.backup_request_throttling`, leave them without an
 * answer. That never fails a read that the primary may still answer.
 *
 * @example
 * ```ts
 * const table = await client.openTable('temp', { backupRequest: { delayMs: 'auto', onUnreachable: true } })
 * ```
 */
export interface BackupRequestOptions {
	/**
	 * Milliseconds after which a read that the primary has not answered is sent to a secondary too. The first good
	 * answer counts, the other one is given up. `'auto'`: as long as 99 of 100 of the table's last one to two thousand
	 * reads took, but from 1 ms to 1 s, and 50 ms before a hundred have been measured. Default: it is not.
	 */
	delayMs?: number | "auto";
	/**
	 * The share of the reads that may be sent twice because of `delayMs`, after ten that are free: a cluster that is
	 * slow as a whole must not get twice the load. From 0 to 1. Default 0.1.
	 */
	maxShare?: number;
	/**
	 * Sends a read whose primary is gone to a secondary, in the same attempt: there is none, it cannot be connected to,
	 * its connection ended, or the server says that it is not the primary. So reads go on while a cluster takes its
	 * time, about 20 seconds, to name a new one. As long as nothing was heard of a primary again, it and a secondary are
	 * asked together. `maxShare` does not count here. A primary that hangs with its connection open is found to be gone
	 * only after the client's `sessionResetMs`: until then `delayMs` helps. Default false.
	 */
	onUnreachable?: boolean;
}
/** Options of every operation. */
export interface CallOptions {
	/** Milliseconds in which the call must end, all its attempts together. Default: the table's or the client's. */
	timeoutMs?: number;
	/**
	 * Ends the wait: the call rejects at once with the signal's `reason`. What was already sent is not taken
	 * back, so an aborted write may still be applied.
	 */
	signal?: AbortSignal;
}
/** Options of a read. */
export interface ReadOptions extends CallOptions {
	/**
	 * Called before the promise resolves when the answer, or a part of it, came from a secondary, so that it may lack
	 * the latest writes. Only on a table with {@link TableOptions.backupRequest}. When it throws, the call rejects with
	 * that.
	 */
	onMaybeStale?(): void;
}
/** Options of a write. */
export interface WriteOptions extends CallOptions {
	/**
	 * Seconds after which what is written expires. Absent or 0: it never does, unless the table has a default
	 * TTL on the server. The moment of expiry must lie before 2084-01-19.
	 */
	ttlSeconds?: number;
}
/** Options of {@link Table.incr}. */
export interface IncrOptions extends CallOptions {
	/**
	 * What becomes of the row's expiry. Absent or 0: it stays as it is, and a new row never expires. -1: it is
	 * cleared. More: the row expires so many seconds from now, before 2084-01-19.
	 */
	ttlSeconds?: number;
}
/** The condition of a conditional write. */
export interface Check {
	/** The row that is looked at, under the hash key of the call. It need not be one that is written. */
	sortKey: Bytes;
	/** What is asked of it. */
	type: CheckType;
	/**
	 * What the value is compared with: needed by `ValueMatch…`, `ValueBytes…` and `ValueInt…`, refused by the
	 * others. For `ValueInt…` a number, a bigint or the text of an integer of 64 bits; text may have white space
	 * and a sign in front, and is hexadecimal after `0x` and octal after `0`.
	 */
	operand?: Bytes | number | bigint;
	/** Brings back the value that was looked at, see {@link CheckResult}. Default false. */
	returnCheckValue?: boolean;
}
/** What {@link Table.checkAndSet} writes. */
export interface CheckedSet {
	/** The row that is written. Default: the one that is checked. */
	sortKey?: Bytes;
	/** Its new value. */
	value: Bytes;
	/** As {@link WriteOptions.ttlSeconds}. */
	ttlSeconds?: number;
}
/**
 * A change of one row, for {@link Table.checkAndMutate}: `{ set, value }` writes the row with the sort key
 * `set`, with `ttlSeconds` as in {@link WriteOptions.ttlSeconds}; `{ del }` removes the row with the sort key `del`.
 */
export type Mutation = {
	set: Bytes;
	value: Bytes;
	ttlSeconds?: number;
} | {
	del: Bytes;
};
/** What came of a conditional write. */
export interface CheckResult {
	/** Did the check pass, so that the write was done? */
	succeeded: boolean;
	/** Was the value of the checked row asked for? If not, the next two say nothing. */
	checkValueReturned: boolean;
	/** Was there such a row, before the write? */
	checkValueExist: boolean;
	/** Its value, before the write; `null` where there was no row or the value was not asked for. */
	checkValue: Buffer | null;
}
/** What came of {@link Table.compareExchange}. */
export interface CompareExchangeResult {
	/** Was the value what was expected, so that the new one was written? */
	succeeded: boolean;
	/** The value that was not the expected one; `null` where there was no row, and on success. */
	actual: Buffer | null;
}
/**
 * What came of one item of a batch. The error is a {@link PegasusError} in every case: an item that no server
 * would take, such as one of more than 1 MiB, has one with the code `ERR_INVALID_ARGUMENT`.
 */
export type BatchOutcome = {
	ok: true;
} | {
	ok: false;
	error: PegasusError;
};
/** How much one reply may carry. */
export interface MultiGetLimits extends ReadOptions {
	/** Rows in one reply; 0 or less is no limit of ours. Default 100. The server stops at 3,000 in any case. */
	maxKvCount?: number;
	/**
	 * Bytes of sort keys and values in one reply; 0 or less is no limit of ours. Default 1,000,000. The row
	 * that reaches the limit is still part of the reply. The server stops at 30 MiB in any case.
	 */
	maxKvSize?: number;
	/** Leaves the values out: they come as empty Buffers. Default false. */
	noValue?: boolean;
}
/** Options of a read by range. */
export interface MultiGetOptions extends MultiGetLimits {
	/** Is a row at the start of the range part of it? Default true. */
	startInclusive?: boolean;
	/** Is a row at the stop of the range part of it? Default false. Has no meaning when the stop is empty. */
	stopInclusive?: boolean;
	/** How sort keys are compared with `sortKeyFilterPattern`. Default {@link FilterType.NoFilter}. */
	sortKeyFilterType?: FilterType;
	/** The pattern of `sortKeyFilterType`. Default empty, which matches all. */
	sortKeyFilterPattern?: Bytes;
	/** Takes rows from the end of the range when a limit cuts it; they still come in ascending order. Default false. */
	reverse?: boolean;
}
/** Options of a removal by range. */
export interface DelRangeOptions {
	/** Milliseconds for each request, of which there may be many. Default: the table's or the client's. */
	timeoutMs?: number;
	/** Ends the wait: the call rejects at once with the signal's `reason`. What was removed by then stays removed. */
	signal?: AbortSignal;
	/** Is a row at the start of the range part of it? Default true. */
	startInclusive?: boolean;
	/** Is a row at the stop of the range part of it? Default false. Has no meaning when the stop is empty. */
	stopInclusive?: boolean;
	/** How sort keys are compared with `sortKeyFilterPattern`. Default {@link FilterType.NoFilter}. */
	sortKeyFilterType?: FilterType;
	/** The pattern of `sortKeyFilterType`. Default empty, which matches all. */
	sortKeyFilterPattern?: Bytes;
}
/** Rows of one hash key, in ascending byte order of their sort keys. */
export interface MultiGetResult {
	/** The Buffers are views of one reply: `Buffer.from(value)` copies the one that is to outlive the others. */
	entries: {
		sortKey: Buffer;
		value: Buffer;
	}[];
	/** False when a limit, ours or the server's, cut the reply: there may be more rows. */
	complete: boolean;
}
/** Sort keys of one hash key, in ascending byte order. */
export interface SortKeysResult {
	/** Views of one reply, as in {@link MultiGetResult.entries}. */
	sortKeys: Buffer[];
	/** False when a limit, ours or the server's, cut the reply: there may be more. */
	complete: boolean;
}
/** Options of a scan. */
export interface ScanOptions {
	/** Milliseconds for each batch that is fetched. Default 5000. */
	timeoutMs?: number;
	/** Ends the scan: the fetch that runs and all later ones reject with the signal's `reason`. */
	signal?: AbortSignal;
	/** Rows in one batch. Default 1000, which is also the most that a server gives. */
	batchSize?: number;
	/** Is a row at the start of the range part of it? Default true. */
	startInclusive?: boolean;
	/** Is a row at the stop of the range part of it? Default false. Has no meaning when the stop is empty. */
	stopInclusive?: boolean;
	/** Leaves the values out: they come as empty Buffers. Default false. */
	noValue?: boolean;
	/** How hash keys are compared with `hashKeyFilterPattern`. Default {@link FilterType.NoFilter}. */
	hashKeyFilterType?: FilterType;
	/** The pattern of `hashKeyFilterType`. Default empty, which matches all. */
	hashKeyFilterPattern?: Bytes;
	/** How sort keys are compared with `sortKeyFilterPattern`. Default {@link FilterType.NoFilter}. */
	sortKeyFilterType?: FilterType;
	/** The pattern of `sortKeyFilterType`. Default empty, which matches all. */
	sortKeyFilterPattern?: Bytes;
	/** Asks for the moment of expiry of each row, see {@link ScanEntry.expireAt}. Default false. */
	returnExpireTs?: boolean;
}
/** Options of {@link Table.getAllSortKeys}. */
export interface GetAllSortKeysOptions {
	/** Where the range starts. Default empty: the first row. */
	startSortKey?: Bytes;
	/** Where the range stops. Default empty: the end. */
	stopSortKey?: Bytes;
	/** Is a row at the start of the range part of it? Default true. */
	startInclusive?: boolean;
	/** Is a row at the stop of the range part of it? Default false. Has no meaning when the stop is empty. */
	stopInclusive?: boolean;
	/** How sort keys are compared with `sortKeyFilterPattern`. Default {@link FilterType.NoFilter}. */
	sortKeyFilterType?: FilterType;
	/** The pattern of `sortKeyFilterType`. Default empty, which matches all. */
	sortKeyFilterPattern?: Bytes;
	/** Rows in one batch. Default 1000, which is also the most that a server gives. */
	batchSize?: number;
	/** Milliseconds for each batch that is fetched. Default 5000. */
	timeoutMs?: number;
	/** Ends the wait: the call rejects at once with the signal's `reason`. */
	signal?: AbortSignal;
}
/** Options of {@link Table.multiGetAll}. */
export interface MultiGetAllOptions extends GetAllSortKeysOptions {
	/** Leaves the values out: they come as empty Buffers. Default false. */
	noValue?: boolean;
}
/** How far a count has come. */
export interface CountProgress {
	/** Rows in the partitions that are counted. */
	rows: number;
	/** Partitions that are counted. */
	partitionsDone: number;
	/** Partitions of the table. */
	partitions: number;
}
/** Options of {@link Table.count}. */
export interface CountOptions {
	/** Milliseconds for each request, of which there may be many. Default 5000. */
	timeoutMs?: number;
	/** Ends the wait: the count rejects at once with the signal's `reason`. */
	signal?: AbortSignal;
	/** Rows that a server counts in one request. Default 1000, which is also the most that it counts. */
	batchSize?: number;
	/** How hash keys are compared with `hashKeyFilterPattern`. Default {@link FilterType.NoFilter}. */
	hashKeyFilterType?: FilterType;
	/** The pattern of `hashKeyFilterType`. Default empty, which matches all. */
	hashKeyFilterPattern?: Bytes;
	/** How sort keys are compared with `sortKeyFilterPattern`. Default {@link FilterType.NoFilter}. */
	sortKeyFilterType?: FilterType;
	/** The pattern of `sortKeyFilterType`. Default empty, which matches all. */
	sortKeyFilterPattern?: Bytes;
	/**
	 * Called each time a partition is counted. When the table's partitions are split meanwhile the count starts
	 * anew. What it throws ends the count, which rejects with it.
	 */
	onProgress?(progress: CountProgress): void;
}
/** A row that a scan found. The Buffers are views of its batch: keeping one keeps the whole batch in memory. */
export interface ScanEntry {
	hashKey: Buffer;
	sortKey: Buffer;
	/** Empty with `noValue`. */
	value: Buffer;
	/** When the row expires, `null` for never. Present with `returnExpireTs` only. */
	expireAt?: Date | null;
}
/** What a local cluster is made of. */
export interface LocalClusterOptions {
	/** Tables to begin with: name to partition count. */
	tables?: Readonly<Record<string, number>>;
	/** Replica servers, each on a port of its own. Default 3. */
	replicaServers?: number;
	/** Meta servers, of which the first leads. Default 1. */
	metaServers?: number;
	/** The address to listen on. Default `127.0.0.1`. */
	host?: string;
	/** The port of the first meta server. Default 0: any that is free. */
	port?: number;
	/** A directory for the data, which then outlives the cluster. Default: none; the data is in memory and goes with it. */
	dataDir?: string;
	/** Also gives the addresses of servers as host names, as clusters that use DNS do. Default false. */
	hostPorts?: boolean;
}
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
export declare class Admin {
	#private;
	private constructor();
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
	createTable(name: string, options?: CreateTableOptions): Promise<number>;
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
	dropTable(name: string, options?: DropTableOptions): Promise<void>;
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
	recallTable(appId: number, options?: RecallTableOptions): Promise<TableInfo>;
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
	listTables(options?: ListTablesOptions): Promise<TableInfo[]>;
	/**
	 * Reads the settings of a table, which Pegasus calls its envs.
	 *
	 * @throws {@link PegasusError} with the code `ERR_OBJECT_NOT_FOUND` when there is no such table.
	 * @example
	 * ```ts
	 * const { default_ttl = '0' } = await client.admin.getTableEnvs('sessions')
	 * ```
	 */
	getTableEnvs(name: string, options?: AdminOptions): Promise<Record<string, string>>;
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
	setTableEnvs(name: string, envs: Readonly<Record<string, string>>, options?: AdminOptions): Promise<void>;
	/**
	 * Deletes settings of a table, by their whole names. That one is not set is no error.
	 *
	 * @throws {@link PegasusError} with the code `ERR_APP_NOT_EXIST` when there is no such table.
	 * @example
	 * ```ts
	 * await client.admin.deleteTableEnvs('sessions', ['default_ttl'])
	 * ```
	 */
	deleteTableEnvs(name: string, keys: Iterable<string>, options?: AdminOptions): Promise<void>;
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
	clearTableEnvs(name: string, prefix?: string, options?: AdminOptions): Promise<void>;
	/**
	 * Lists the replica servers that the cluster knows.
	 *
	 * @example
	 * ```ts
	 * const dead = await client.admin.listNodes({ status: NodeStatus.Unalive })
	 * ```
	 */
	listNodes(options?: ListNodesOptions): Promise<NodeInfo[]>;
	/**
	 * What the meta server says of the cluster, ordered by name: `cluster_name`, `meta_servers`,
	 * `primary_meta_server`, `meta_function_level` and more, which differs between versions of the server.
	 *
	 * @example
	 * ```ts
	 * const { cluster_name } = await client.admin.clusterInfo()
	 * ```
	 */
	clusterInfo(options?: AdminOptions): Promise<Record<string, string>>;
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
	tableLayout(name: string, options?: AdminOptions): Promise<TableLayout>;
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
	startPartitionSplit(name: string, newPartitionCount: number, options?: AdminOptions): Promise<void>;
}
/**
 * Rows of a table, made by {@link Table.getScanner} and {@link Table.getUnorderedScanners}. Made for
 * `for await`: leaving the loop, by whatever way, frees what the server keeps for the scan.
 *
 * A batch is fetched when its first row is asked for; from the second one on, the next is fetched while one is
 * used, and never more than that one. When a fetch fails the call rejects, and the next one tries
 * again from where the scan stood: no row is lost or given twice. Calls may overlap; they are answered one
 * after the other. The Buffers of a batch share memory, see {@link ScanEntry}.
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
	 * The next row. After the last one, and after a loop was left, `done` is true for good.
	 *
	 * Rejects with a {@link PegasusError}: as every read, and with `ERR_SCANNER_CLOSED` after `close()`.
	 */
	next(): Promise<IteratorResult<ScanEntry, undefined>>;
	/**
	 * What is left of the batch at hand, or the whole next one; `null` at the end. Faster than row by row.
	 *
	 * Rejects as {@link Scanner.next}.
	 */
	nextBatch(): Promise<ScanEntry[] | null>;
	/** Called by `for await` when the loop is left: ends the scan. */
	return(): Promise<IteratorResult<ScanEntry, undefined>>;
	/** Ends the scan and rejects with the error given. */
	throw(error?: unknown): Promise<IteratorResult<ScanEntry, undefined>>;
	/**
	 * Ends the scan. The server is told, and nothing waits for it. Can be called at any time and more than once;
	 * a fetch that runs rejects with `ERR_SCANNER_CLOSED`.
	 */
	close(): Promise<void>;
	[Symbol.asyncIterator](): this;
	/** As {@link Scanner.close}; for `await using`. */
	[Symbol.asyncDispose](): Promise<void>;
}
/**
 * A table of the cluster, made by {@link PegasusClient.openTable}.
 *
 * A row is a value under a hash key and a sort key. The rows of one hash key lie together, ordered by the
 * bytes of their sort keys, and one call can read or write many of them. A hash key is shorter than 65,535
 * bytes. An empty one is for operations on rows one by one, which the sort key then places.
 *
 * Arguments are checked before anything is sent: a wrong one rejects with a `TypeError` or a `RangeError`
 * whose `code` is `ERR_INVALID_ARGUMENT`. All else that goes wrong is a {@link PegasusError}: `ERR_TIMEOUT`
 * when the deadline has passed, `ERR_CLIENT_CLOSED` after `close()`, `ERR_BUSY` from a server that throttles,
 * and whatever else a server answers. Keys and values are copied during the call, so that the caller may
 * change its Buffers at once. A server takes 1 MiB in one write, keys and framing included; a longer one is
 * refused before it is sent, with a `RangeError`.
 *
 * The Buffers of replies that arrive together may share memory, so that keeping a small one can keep a larger
 * block alive; `Buffer.from(value)` makes a copy for keeping.
 */
export declare class Table {
	#private;
	/** The table's name. */
	readonly name: string;
	/** The number that the cluster gave the table. */
	readonly appId: number;
	private constructor();
	/** How many partitions the table has. The number can double while a client runs: the cluster may split them. */
	get partitionCount(): number;
	/**
	 * Reads a value.
	 *
	 * @returns The value, or `null` when there is no such row or it has expired. An empty Buffer is a value.
	 * @example
	 * ```ts
	 * const value = await table.get('user-1', 'name')
	 * console.log(value?.toString())
	 * ```
	 */
	get(hashKey: Bytes, sortKey: Bytes, options?: ReadOptions): Promise<Buffer | null>;
	/**
	 * Writes a value, whether or not there was one. The row expires `ttlSeconds` from now, or never without
	 * them: an earlier expiry of the row does not live on.
	 *
	 * @example
	 * ```ts
	 * await table.set('session', token, JSON.stringify(session), { ttlSeconds: 3600 })
	 * ```
	 */
	set(hashKey: Bytes, sortKey: Bytes, value: Bytes, options?: WriteOptions): Promise<void>;
	/**
	 * Removes a row. That it was not there is no error.
	 *
	 * @example
	 * ```ts
	 * await table.remove('user-1', 'name')
	 * ```
	 */
	remove(hashKey: Bytes, sortKey: Bytes, options?: CallOptions): Promise<void>;
	/**
	 * Says whether there is such a row, without reading its value.
	 *
	 * @example
	 * ```ts
	 * if (await table.exist('user-1', 'name')) console.log('known')
	 * ```
	 */
	exist(hashKey: Bytes, sortKey: Bytes, options?: ReadOptions): Promise<boolean>;
	/**
	 * Reads how long a row has to live.
	 *
	 * @returns Whole seconds; -1 when the row never expires; `null` when there is no such row.
	 * @example
	 * ```ts
	 * await table.set('session', token, data, { ttlSeconds: 60 })
	 * await table.ttl('session', token) // 60
	 * ```
	 */
	ttl(hashKey: Bytes, sortKey: Bytes, options?: ReadOptions): Promise<number | null>;
	/**
	 * Adds to the integer that a value is the text of, in one atomic step. A row that is not there, or whose value
	 * is empty, counts as 0. The value may also be read and written with `get` and `set`, as decimal text.
	 *
	 * It is not tried again once it may have been done: the error's `maybeApplied` is true then.
	 *
	 * @param by - What is added: an integer of 64 bits, which as a number is at most 2^53 - 1 in size. Default 1.
	 * @returns The sum, exact.
	 * @throws {@link PegasusError} with the code `ERR_INVALID_PARAMETERS` when the value is no integer of 64 bits
	 * or the sum would be none; the value then stays as it is.
	 * @example
	 * ```ts
	 * await table.incr('page-1', 'visits') // 1n
	 * await table.incr('page-1', 'visits', 10n, { ttlSeconds: 3600 }) // 11n
	 * ```
	 */
	incr(hashKey: Bytes, sortKey: Bytes, by?: number | bigint, options?: IncrOptions): Promise<bigint>;
	/**
	 * Writes a row if a row of the same hash key, which may be another one, passes a check. Check and write are
	 * one atomic step. That the check does not pass is no error.
	 *
	 * It is not tried again once it may have been done: the error's `maybeApplied` is true then.
	 *
	 * @throws {@link PegasusError} with the code `ERR_INVALID_PARAMETERS` when integers are compared and the value
	 * is none of 64 bits.
	 * @example
	 * ```ts
	 * const check = { sortKey: 'lock', type: CheckType.ValueNotExist, returnCheckValue: true }
	 * const { succeeded, checkValue } = await table.checkAndSet('job-1', check, { value: 'me', ttlSeconds: 30 })
	 * if (!succeeded) console.log(`held by ${checkValue}`)
	 * ```
	 */
	checkAndSet(hashKey: Bytes, check: Check, set: CheckedSet, options?: CallOptions): Promise<CheckResult>;
	/**
	 * Writes and removes rows of one hash key, in the order given, if one of its rows passes a check. Check and
	 * changes are one atomic step: all of them are made or none. Refused when there is no mutation.
	 *
	 * @throws As {@link Table.checkAndSet}; as that it is not tried again once it may have been done.
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
	 * Writes a value if the row has the value that is expected, in one atomic step. That it has another one is no
	 * error. As {@link Table.checkAndSet} it is not tried again once it may have been done.
	 *
	 * @param expected - Compared byte by byte; `null` means that there must be no such row.
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
	 * Reads rows of any hash keys: one request for each partition they lie in, or more for very many, all at
	 * once. Refused when there is no key. Rows of one hash key are read with {@link Table.multiGet}.
	 *
	 * Rejects when one of the requests fails: there are all values or none.
	 *
	 * @returns The values in the order of the keys, `null` where there is no such row.
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
	 * Writes rows of any hash keys, each by itself: some may fail while others are written, and the call does not
	 * reject for them. The order in which they are written is not given, so that no row should occur twice.
	 * Refused when there is no row. Rows of one hash key are written together by {@link Table.multiSet}.
	 *
	 * @param rows - `[hashKey, sortKey, value]` each. A wrong hash key or a value that is no bytes refuses the
	 * whole batch before anything is sent.
	 * @returns What came of each row, in their order.
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
	 * Removes rows of any hash keys, each by itself, as {@link Table.batchSet} writes them. That a row was not
	 * there is no error. Rows of one hash key are removed together by {@link Table.multiDel}.
	 *
	 * @returns What came of each row, in their order.
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
	 * Writes several rows of one hash key, all or none of them. Of a sort key that occurs twice the last value
	 * counts. Refused when there is no entry or when the hash key is empty.
	 *
	 * @example
	 * ```ts
	 * await table.multiSet('user-1', { name: 'Ada', city: 'London' })
	 * await table.multiSet('user-2', new Map([['name', 'Alan']]), { ttlSeconds: 60 })
	 * ```
	 */
	multiSet(hashKey: Bytes, entries: Entries, options?: WriteOptions): Promise<void>;
	/**
	 * Reads the rows of one hash key: those with the given sort keys, or with `null` all of them.
	 *
	 * @param sortKeys - Each is looked up once, however often it occurs. `null` means all; an empty list is
	 * refused, as it might mean all or nothing.
	 * @returns The rows that exist, in ascending byte order of their sort keys whatever the order asked for.
	 * `complete` is false when `maxKvCount` or `maxKvSize` or a limit of the server cut the reply, which never
	 * has more than 3,000 rows or 30 MiB: {@link Table.multiGetAll} reads on until there is nothing left.
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
	 * @param startSortKey - Where the range starts; an empty one is the first row.
	 * @param stopSortKey - Where the range stops; an empty one is the end.
	 * @returns As {@link Table.multiGet}.
	 * @example
	 * ```ts
	 * const { entries: newest } = await table.multiGetOpt('log', '2024-01', '2024-02', { reverse: true, maxKvCount: 10 })
	 * ```
	 */
	multiGetOpt(hashKey: Bytes, startSortKey: Bytes, stopSortKey: Bytes, options?: MultiGetOptions): Promise<MultiGetResult>;
	/**
	 * Removes several rows of one hash key, all or none of them. Refused when there is no sort key or when the
	 * hash key is empty.
	 *
	 * @returns How many sort keys were removed: as many as were given, for the server does not look which of
	 * them existed.
	 * @example
	 * ```ts
	 * await table.multiDel('user-1', ['name', 'city']) // 2
	 * ```
	 */
	multiDel(hashKey: Bytes, sortKeys: Iterable<Bytes>, options?: CallOptions): Promise<number>;
	/**
	 * Removes the rows of one hash key whose sort keys lie in a range, however many there are.
	 *
	 * This is not atomic: rows are found and removed in rounds of up to 1,000 and each round is all or none. A row
	 * that is written to the range meanwhile may be removed or stay.
	 *
	 * @param startSortKey - Where the range starts; an empty one is the first row.
	 * @param stopSortKey - Where the range stops; an empty one is the end. Both empty: all rows of the hash key.
	 * @returns How many rows were removed.
	 * @throws {@link PegasusError} whose `deleted` says how many rows are certain to be gone, and whose
	 * `nextSortKey` where to go on. One whose `maybeApplied` is true leaves the last round in doubt; removing
	 * its rows again does no harm.
	 * @example
	 * ```ts
	 * await table.delRange('log', '2024-01', '2024-02') // all of January
	 * ```
	 */
	delRange(hashKey: Bytes, startSortKey: Bytes, stopSortKey: Bytes, options?: DelRangeOptions): Promise<number>;
	/**
	 * Counts the rows of one hash key; the server reads all of them for it.
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
	 * @returns The sort keys in ascending byte order. `complete` is false when a limit cut the reply, as with
	 * {@link Table.multiGet}: {@link Table.getAllSortKeys} reads on until there is nothing left.
	 * @example
	 * ```ts
	 * const { sortKeys } = await table.getSortKeys('user-1')
	 * console.log(sortKeys.map(String)) // [ 'city', 'name' ]
	 * ```
	 */
	getSortKeys(hashKey: Bytes, options?: MultiGetLimits): Promise<SortKeysResult>;
	/**
	 * Reads all rows of one hash key, or of a range of it, in as many batches as they need: past the 3,000 rows and
	 * 30 MiB at which a single reply ends. All of them must fit into memory; {@link Table.getScanner} gives them
	 * one after the other. Rows written meanwhile may be among them or not.
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
	 * Reads all sort keys of one hash key, or of a range of it, without their values: as {@link Table.multiGetAll}.
	 *
	 * @returns The sort keys in ascending byte order. The Buffers of a batch share memory.
	 * @example
	 * ```ts
	 * const sortKeys = await table.getAllSortKeys('user-1')
	 * ```
	 */
	getAllSortKeys(hashKey: Bytes, options?: GetAllSortKeysOptions): Promise<Buffer[]>;
	/**
	 * Reads the rows of one hash key, batch by batch, in ascending byte order of their sort keys. Each row is
	 * given once, though servers may fail or change on the way. Nothing is sent before the first row is asked
	 * for; wrong arguments throw at once.
	 *
	 * @param startSortKey - Where the range starts; default empty, the first row.
	 * @param stopSortKey - Where the range stops; default empty, the end.
	 * @example
	 * ```ts
	 * for await (const { sortKey, value } of table.getScanner('user-1')) console.log(`${sortKey}: ${value}`)
	 * ```
	 */
	getScanner(hashKey: Bytes, startSortKey?: Bytes, stopSortKey?: Bytes, options?: ScanOptions): Scanner;
	/**
	 * Makes scanners that together read the whole table, each some of its partitions. They can run side by
	 * side, and each can run alone. Rows come grouped by hash key, in no order that means anything.
	 *
	 * @param maxSplitCount - At most so many scanners; there are never more than partitions.
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
	 * Counts the rows of the table, or those that pass filters. The servers count, several at a time, and read all
	 * rows for it; no row is sent. Rows written or removed meanwhile may be counted or not.
	 *
	 * @throws {@link PegasusError}: `ERR_INCOMPLETE_DATA` when a server ran out of time for a part of it, beside
	 * what any read may give.
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
 * One client serves a whole process: it holds one connection to each server and sends the operations of all
 * callers over it together. It finds out by itself when partitions move. It does not keep the process alive
 * while no operation is pending.
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
	 * Connects to a cluster: asks its meta servers until one answers.
	 *
	 * Rejects with a `TypeError` or a `RangeError` with the code `ERR_INVALID_ARGUMENT` when an option is wrong,
	 * with a {@link PegasusError} when no meta server answers in time, and with one whose code is
	 * `ERR_NATIVE_ADDON` when the native part of this package is not there for this platform.
	 *
	 * @example
	 * ```ts
	 * const client = await PegasusClient.connect({ metaServers: ['127.0.0.1:34601'], timeoutMs: 500, logger: console })
	 * ```
	 */
	static connect(options: ClientOptions): Promise<PegasusClient>;
	/** Managing tables and looking at the cluster. */
	readonly admin: Admin;
	private constructor();
	/**
	 * Opens a table: asks a meta server where its partitions are.
	 *
	 * Rejects with a {@link PegasusError}, whose code is `ERR_OBJECT_NOT_FOUND` when there is no such table and
	 * `ERR_CLIENT_CLOSED` after `close()`.
	 *
	 * @example
	 * ```ts
	 * const table = await client.openTable('temp', { timeoutMs: 500 })
	 * ```
	 */
	openTable(name: string, options?: TableOptions): Promise<Table>;
	/**
	 * Ends the client. Operations in flight are answered first; those that come later, on its tables and
	 * scanners too, reject with `ERR_CLIENT_CLOSED`. Can be called more than once: each call waits for the end.
	 */
	close(): Promise<void>;
	/** As {@link PegasusClient.close}; for `await using`. */
	[Symbol.asyncDispose](): Promise<void>;
}
/** When the cluster makes up for a server that is gone. */
export interface FailoverOptions {
	/**
	 * Milliseconds until the cluster notices. Then the partitions that the server led have another primary, and
	 * another meta server leads in its place. Until then the meta servers go on naming it. Default 0: at once, before
	 * the call resolves; `null`: never. A real cluster takes about 20 s, which `20_000` shows.
	 */
	failoverAfterMs?: number | null;
}
/** The methods of the servers, as their IDL calls them. */
export type FaultRpc = "get" | "put" | "remove" | "ttl" | "multi_get" | "multi_put" | "multi_remove" | "sortkey_count" | "batch_get" | "incr" | "check_and_set" | "check_and_mutate" | "get_scanner" | "scan" | "clear_scanner" | "query_cfg" | "create_app" | "drop_app" | "recall_app" | "list_apps" | "list_nodes" | "cluster_info" | "update_app_env" | "start_partition_split" | "negotiation";
/**
 * Which requests a local cluster answers otherwise, and how: see {@link LocalCluster.addFault}. What is left out is
 * not looked at, so that a rule of a `reaction` alone is for all requests.
 */
export interface FaultRule {
	/** The RPC, as the IDL calls it (`put` is what {@link Table.set} sends), or by its name on the wire. */
	rpc?: FaultRpc | `RPC_${string}`;
	/** The table, by name: of a request for its rows, or one to a meta server about the table. */
	table?: string;
	/** The partition that the request is sent to, from 0. */
	partitionIndex?: number;
	/** The server that the request comes to, from {@link LocalCluster.metaServers} or `replicaServers`. */
	server?: string;
	/** How many of these requests are left alone first. Default 0; with `times: 1` only the one after them is taken. */
	skip?: number;
	/** How many are taken at most. Default: all. */
	times?: number;
	/**
	 * The share that is taken, more than 0 and at most 1. Default 1. Which ones that are follows from `seed` and from
	 * how many came before, so that a run can be repeated.
	 */
	share?: number;
	/** What `share` is drawn by, an integer. Default 0. */
	seed?: number;
	/** What happens to the requests that are taken. */
	reaction: FaultReaction;
}
/**
 * What happens to a request. With `carriedOut` all is done that it asks for, and then its answer is changed: a write
 * is made, and the client is told something else. Default false: nothing is done.
 */
export type FaultReaction = 
/**
 * The answer is this error: `ERR_` and more, also one that no client knows. It stands where the servers have it: in
 * the header, and in the body of what meta servers answer.
 */
{
	error: `ERR_${string}`;
	carriedOut?: boolean;
}
/** It is carried out at once and answered so many milliseconds later; others are answered meanwhile. */
 | {
	delayMs: number;
}
/** There is no answer. */
 | {
	drop: true;
	carriedOut?: boolean;
}
/** It is carried out and answered twice. */
 | {
	duplicate: true;
}
/** It is carried out, and every bit of the answer after its length is turned over. */
 | {
	corrupt: true;
}
/** The connection is closed. What came before on it is answered. */
 | {
	disconnect: true;
	carriedOut?: boolean;
};
/**
 * A rule that is in force at a local cluster, until it is removed: see {@link LocalCluster.addFault}.
 *
 * @example
 * ```ts
 * const fault = cluster.addFault({ rpc: 'put', times: 1, reaction: { error: 'ERR_BUSY' } })
 * await table.set('user', 'name', 'Ada')   // the client tries again
 * console.log(fault.hits)                  // 1
 * fault.remove()
 * ```
 */
export declare class Fault {
	#private;
	/** What it was made of. */
	readonly rule: FaultRule;
	private constructor();
	/** How many requests it has taken so far; those of retries count too. Can be read after it was removed. */
	get hits(): number;
	/**
	 * Removes the rule: requests that come from now on are answered as ever. An answer that it delays comes when it
	 * would have come. Removing it again does nothing.
	 */
	remove(): void;
}
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
export declare class LocalCluster {
	#private;
	/** The addresses of the meta servers, `host:port`, as {@link PegasusClient.connect} takes them. */
	readonly metaServers: string[];
	/** The addresses of the replica servers, `host:port`. */
	readonly replicaServers: string[];
	private constructor();
	/**
	 * Starts a cluster; it is ready when the promise resolves.
	 *
	 * Rejects with a `TypeError` or a `RangeError` with the code `ERR_INVALID_ARGUMENT` when an option is wrong,
	 * and with a {@link PegasusError} when the cluster cannot start, as on a port that is taken.
	 */
	static start(options?: LocalClusterOptions): Promise<LocalCluster>;
	/**
	 * Creates a table; it can be used when the promise resolves.
	 *
	 * @param partitionCount - Default 8.
	 */
	createTable(name: string, partitionCount?: number): Promise<void>;
	/**
	 * Drops a table. Another one can be created under its name, which is then a table of its own: clients that have
	 * the old one open find it gone.
	 *
	 * @throws {@link PegasusError} with the code `ERR_APP_NOT_EXIST` when there is no such table, `ERR_SPLITTING` while
	 * its partitions are split.
	 */
	dropTable(name: string): Promise<void>;
	/**
	 * Begins to double the partitions of a table, as {@link Admin.startPartitionSplit} does, and says how many they are
	 * from now on. Under load: the new partitions get their rows one after the other, and writes to the one that is
	 * just being split are refused with `ERR_SPLITTING`, which the client tries again.
	 *
	 * @throws {@link PegasusError} with the code `ERR_APP_NOT_EXIST` when there is no such table, `ERR_BUSY` while it is
	 * being split already.
	 */
	splitTable(name: string): Promise<number>;
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
	stopServer(address: string, options?: FailoverOptions): Promise<void>;
	/**
	 * Starts a server that is stopped, at the same address. It follows where another one has taken over.
	 */
	startServer(address: string): Promise<void>;
	/**
	 * Freezes a server, as if its process hung: connections stay, new ones succeed, and nothing is answered any more.
	 * What is sent to it meanwhile is answered once it is healed, by what it is then: see
	 * {@link LocalCluster.healServer}.
	 */
	freezeServer(address: string, options?: FailoverOptions): Promise<void>;
	/**
	 * Cuts a server off, as if all packets from and to it were lost: as {@link LocalCluster.freezeServer}, and new
	 * connections neither succeed nor are refused. (They wait for room in a queue that is kept full. Linux lets them
	 * wait; elsewhere some may succeed, and are not served.)
	 */
	cutOffServer(address: string, options?: FailoverOptions): Promise<void>;
	/**
	 * Heals a server that is frozen or cut off. It goes on where it was; where another one has taken over, it refuses
	 * what was sent to it with `ERR_INVALID_STATE`, and follows.
	 */
	healServer(address: string): Promise<void>;
	/** Starts or heals every server that needs it, and removes all rules: for the end of a test. */
	healAll(): Promise<void>;
	/**
	 * The address of a partition's primary.
	 *
	 * @throws {@link PegasusError} with the code `ERR_INVALID_STATE` while it has none: no server that holds the partition
	 * is up, or a split has only begun to make it.
	 */
	primary(table: string, partitionIndex: number): Promise<string>;
	/**
	 * Moves a partition's primary to another replica server, and gives its address. The one before refuses what still
	 * comes to it with `ERR_INVALID_STATE`. The ballot grows by two, as in real clusters.
	 *
	 * @param address - One of `replicaServers`. Default: a secondary that is up.
	 */
	movePrimary(table: string, partitionIndex: number, address?: string): Promise<string>;
	/** Raises the ballot of a partition, which is the version of its configuration, and changes nothing else. */
	raiseBallot(table: string, partitionIndex: number): Promise<number>;
	/**
	 * How many scans its servers keep open, each waiting for its next batch: 0 when a service ends the scans that it
	 * leaves. One that nobody continues for five minutes is gone.
	 */
	openScans(): Promise<number>;
	/** The address of the meta server that leads. */
	metaLeader(): Promise<string>;
	/**
	 * Lets another meta server lead, and gives its address. The one before names it to whoever asks.
	 *
	 * @param address - One of `metaServers`. Default: the next one that is up.
	 */
	moveMetaLeader(address?: string): Promise<string>;
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
	addFault(rule: FaultRule): Fault;
	/** The rules that are in force, in their order. */
	get faults(): Fault[];
	/** Removes all rules. */
	clearFaults(): void;
	/**
	 * Stops the cluster and closes its sockets. Without a `dataDir` its data is gone. Can be called more than
	 * once: each call waits for the end.
	 */
	stop(): Promise<void>;
	/** As {@link LocalCluster.stop}; for `await using`. */
	[Symbol.asyncDispose](): Promise<void>;
}

export {};
