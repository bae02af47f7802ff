/** Every field is present. A negative number means that the caller gave no value; Rust then chooses the default. */
export interface NativeClientOptions {
  metaServers: string[]
  /** All times are in milliseconds. */
  timeoutMs: number
  connectTimeoutMs: number
  metaTimeoutMs: number
  sessionResetMs: number
  /** -1: only the deadline limits the attempts. */
  retryMaxAttempts: number
  retryBaseDelayMs: number
  retryMaxDelayMs: number
  maxInFlight: number
  maxInFlightBytes: number
  refuseWhenFull: boolean
  /** Log lines come back with this number. 0: no log. */
  logId: number
  /** 0 none, 1 error … 4 debug. */
  logLevel: number
}

export interface NativeClient {
  /**
   * Answer: Extra, a NativeTable. `timeoutMs` -1: the client's timeout. `backupDelayMs` -1: no backup requests;
   * 0: a delay that follows the measured latency of reads. `backupMaxShare` -1: the default.
   */
  openTable(
    token: number,
    name: string,
    timeoutMs: number,
    backupDelayMs: number,
    backupMaxShare: number,
    backupOnUnreachable: boolean,
  ): void
  /** Answer: Done, when every operation in flight has its answer and every socket is closed. */
  close(token: number): void
  /** Answer: Number, the table's. Here and below, `timeoutMs` -1 is the default of administrative calls. */
  createTable(
    token: number,
    name: string,
    partitionCount: number,
    replicaCount: number,
    envs: Record<string, string>,
    successIfExists: boolean,
    timeoutMs: number,
  ): void
  /** `reserveSeconds` -1: the cluster's own setting. Answer: Done. */
  dropTable(
    token: number,
    name: string,
    reserveSeconds: number,
    successIfNotExists: boolean,
    timeoutMs: number,
  ): void
  /** `newName` null: the old name. Answer: Extra, a {@link NativeTableInfo}. */
  recallTable(token: number, appId: number, newName: string | null, timeoutMs: number): void
  /** `status` 0: all. Answer: Extra, an array of {@link NativeTableInfo}. */
  listTables(token: number, status: number, timeoutMs: number): void
  /** Answer: Extra, an object from name to value, unordered. */
  tableEnvs(token: number, name: string, timeoutMs: number): void
  /** Answer: Done. */
  setTableEnvs(token: number, name: string, envs: Record<string, string>, timeoutMs: number): void
  /** Answer: Done. */
  deleteTableEnvs(token: number, name: string, keys: string[], timeoutMs: number): void
  /** `prefix` empty: all settings. Answer: Done. */
  clearTableEnvs(token: number, name: string, prefix: string, timeoutMs: number): void
  /** `status` 0: all. Answer: Extra, an array of {@link NativeNodeInfo}. */
  listNodes(token: number, status: number, timeoutMs: number): void
  /** Answer: Extra, an object from name to value, unordered. */
  clusterInfo(token: number, timeoutMs: number): void
  /** Answer: Extra, a {@link NativeTableLayout}. */
  tableLayout(token: number, name: string, timeoutMs: number): void
  /** Answer: Done, when the split has begun. */
  startPartitionSplit(token: number, name: string, newPartitionCount: number, timeoutMs: number): void
}

export interface NativeTableInfo {
  name: string
  appId: number
  /** -1: a state that the addon does not know. */
  status: number
  partitionCount: number
  replicaCount: number
  /** Unordered. */
  envs: Record<string, string>
  /** Each of the three times is 0 when there is none. */
  createUnixSeconds: number
  dropUnixSeconds: number
  expireUnixSeconds: number
}

export interface NativeNodeInfo {
  address: string
  /** -1: a state that the addon does not know. */
  status: number
}

export interface NativePartitionInfo {
  index: number
  ballot: number
  primary?: string
  secondaries: string[]
  replicaCount: number
}

export interface NativeTableLayout {
  appId: number
  /** Ordered by index. */
  partitions: NativePartitionInfo[]
}
