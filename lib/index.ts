export { PegasusClient } from './client'
export { FilterType } from './enums'
export { PegasusError, type PegasusErrorDetails } from './errors'
export { LocalCluster } from './local'
export type {
  Bytes,
  CallOptions,
  ClientOptions,
  Entries,
  LocalClusterOptions,
  Logger,
  MultiGetLimits,
  MultiGetOptions,
  MultiGetResult,
  RetryOptions,
  ScanEntry,
  ScanOptions,
  SortKeysResult,
  TableOptions,
  WriteOptions,
} from './options'
export { Scanner } from './scanner'
export { Table } from './table'
