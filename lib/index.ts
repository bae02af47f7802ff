export { Admin } from './admin'
export type {
  AdminOptions,
  CreateTableOptions,
  DropTableOptions,
  ListNodesOptions,
  ListTablesOptions,
  NodeInfo,
  PartitionLayout,
  RecallTableOptions,
  TableInfo,
  TableLayout,
} from './admin-options'
export { PegasusClient } from './client'
export { CheckType, FilterType, NodeStatus, TableStatus } from './enums'
export { PegasusError, type PegasusErrorDetails } from './errors'
export { Fault } from './fault'
export type { FailoverOptions, FaultReaction, FaultRpc, FaultRule } from './fault-options'
export { LocalCluster } from './local'
export type {
  BackupRequestOptions,
  BatchOutcome,
  Bytes,
  CallOptions,
  Check,
  CheckedSet,
  CheckResult,
  ClientOptions,
  CompareExchangeResult,
  CountOptions,
  CountProgress,
  DelRangeOptions,
  Entries,
  GetAllSortKeysOptions,
  IncrOptions,
  LocalClusterOptions,
  Logger,
  MultiGetAllOptions,
  MultiGetLimits,
  MultiGetOptions,
  MultiGetResult,
  Mutation,
  ReadOptions,
  RetryOptions,
  ScanEntry,
  ScanOptions,
  SortKeysResult,
  TableOptions,
  WriteOptions,
} from './options'
export { Scanner } from './scanner'
export { Table } from './table'
