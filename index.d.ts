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
	 * Where the client writes what it does. Default `null`: nowhere. A logger with `isLevelEnabled` or a
	 * `level` is asked once, when the client connects, which lines it wants.
	 */
	logger?: Logger | null;
}
/** Options of a table. */
export interface TableOptions {
	/** Milliseconds for each operation on this table, instead of the client's `timeoutMs`. */
	timeoutMs?: number;
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
/** Options of a write. */
export interface WriteOptions extends CallOptions {
	/**
	 * Seconds after which what is written expires. Absent or 0: it never does, unless the table has a default
	 * TTL on the server. The moment of expiry must lie before 2084-01-19.
	 */
	ttlSeconds?: number;
}
/** How much one reply may carry. */
export interface MultiGetLimits extends CallOptions {
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
	/** A directory for the data, which then outlives the cluster. Default: a temporary one that goes with it. */
	dataDir?: string;
	/** Also gives the addresses of servers as host names, as clusters that use DNS do. Default false. */
	hostPorts?: boolean;
}
/**
 * Rows of a table, made by {@link Table.getScanner} and {@link Table.getUnorderedScanners}. Made for
 * `for await`: leaving the loop, by whatever way, frees what the server keeps for the scan.
 *
 * A batch is fetched when its first row is asked for. When that fails the call rejects, and the next one tries
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
 * bytes. An empty one is for operations on a single row, which the sort key then places.
 *
 * Arguments are checked before anything is sent: a wrong one rejects with a `TypeError` or a `RangeError`
 * whose `code` is `ERR_INVALID_ARGUMENT`. All else that goes wrong is a {@link PegasusError}: `ERR_TIMEOUT`
 * when the deadline has passed, `ERR_CLIENT_CLOSED` after `close()`, `ERR_BUSY` from a server that throttles,
 * and whatever else a server answers. Keys and values are copied during the call, so that the caller may
 * change its Buffers at once. A server takes 1 MiB in one write, by default.
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
	get(hashKey: Bytes, sortKey: Bytes, options?: CallOptions): Promise<Buffer | null>;
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
	exist(hashKey: Bytes, sortKey: Bytes, options?: CallOptions): Promise<boolean>;
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
	ttl(hashKey: Bytes, sortKey: Bytes, options?: CallOptions): Promise<number | null>;
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
	 * `complete` is false when `maxKvCount` or `maxKvSize` or a limit of the server cut the reply: the rest can
	 * be read from the last sort key on, with {@link Table.multiGetOpt} and `startInclusive: false`.
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
	 * @returns The sort keys in ascending byte order; `complete` as {@link Table.multiGet}.
	 * @example
	 * ```ts
	 * const { sortKeys } = await table.getSortKeys('user-1')
	 * console.log(sortKeys.map(String)) // [ 'city', 'name' ]
	 * ```
	 */
	getSortKeys(hashKey: Bytes, options?: MultiGetLimits): Promise<SortKeysResult>;
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
	 * client: `ERR_CLIENT_CLOSED`, `ERR_SCANNER_CLOSED`, `ERR_NATIVE_ADDON`.
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
	/** What lies beneath, where there is more to say. */
	readonly cause?: Error;
	/** For tests and for code that wraps this client; the client makes its own. */
	constructor(code: string, message: string, details?: PegasusErrorDetails);
	get name(): string;
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
export declare class LocalCluster {
	#private;
	/** The addresses of the meta servers, `host:port`, as {@link PegasusClient.connect} takes them. */
	readonly metaServers: string[];
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
	 * Stops the cluster and closes its sockets. Without a `dataDir` its data is gone. Can be called more than
	 * once: each call waits for the end.
	 */
	stop(): Promise<void>;
	/** As {@link LocalCluster.stop}; for `await using`. */
	[Symbol.asyncDispose](): Promise<void>;
}

export {};
