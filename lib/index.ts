export { PegasusClient } from './client'
export { CheckType, FilterType } from './enums'
export { PegasusError, type PegasusErrorDetails } from './errors'
export { LocalCluster } from './local'
export type {
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
  RetryOptions,
  ScanEntry,
  ScanOptions,
  SortKeysResult,
  TableOptions,
  WriteOptions,
} from './options'
export { Scanner } from './scanner'
export { Table } from './table'
