export { Admin } from './api/admin'
export { PegasusClient } from './api/client'
export { Fault } from './api/fault'
export { LocalCluster } from './api/local-cluster'
export { Scanner } from './api/scanner'
export { Table } from './api/table'
export type {
  AdminOptions,
  CreateTableOptions,
  DropTableOptions,
  ListNodesOptions,
  ListTablesOptions,
  RecallTableOptions,
} from './options/admin'
export type { CallOptions, IncrOptions, ReadOptions, WriteOptions } from './options/call'
export type { ClientOptions, RetryOptions } from './options/client'
export type { Check, CheckedSet, Mutation } from './options/conditional'
export type { CountOptions } from './options/count'
export type { DelRangeOptions } from './options/del-range'
export type { FailoverOptions, FaultReaction, FaultRpc, FaultRule } from './options/faults'
export type { LocalClusterOptions } from './options/local-cluster'
export type { MultiGetLimits, MultiGetOptions } from './options/multi-get'
export type { GetAllSortKeysOptions, MultiGetAllOptions } from './options/read-all'
export type { ScanOptions } from './options/scan'
export type { BackupRequestOptions, TableOptions } from './options/table'
export type { Bytes, Entries } from './values/bytes'
export type { NodeInfo, PartitionLayout, TableInfo, TableLayout } from './values/cluster'
export { CheckType, FilterType, NodeStatus, TableStatus } from './values/enums'
export { PegasusError, type PegasusErrorDetails } from './values/errors'
export type { Logger } from './values/logger'
export type { BatchGetOutcome, BatchOutcome, CheckResult, CompareExchangeResult } from './values/outcomes'
export type { CountProgress, MultiGetResult, ScanEntry, SortKeysResult } from './values/rows'
