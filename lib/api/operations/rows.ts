// Operations on one row. They share a request buffer, so none of them is an async function: the user gets the promise
// of the crossing itself.
import { type Unwrapper, unwrapperOf } from '../../crossing/answers'
import { RowOperation } from '../../crossing/native'
import { incrementBytes } from '../../crossing/requests'
import {
  type CallOptions,
  callOptions,
  type IncrOptions,
  incrOptions,
  type ReadOptions,
  readOptions,
  type WriteOptions,
  writeOptions,
} from '../../options/call'
import { checkRow } from '../../options/checks/bytes'
import { int64 } from '../../options/checks/int64'
import { type Bytes, NO_BYTES } from '../../values/bytes'
import type { TableContext } from './context'

/** The options of any operation on a row, checked. */
interface RowOptions {
  readonly timeoutMs: number
  readonly ttlSeconds?: number
  readonly signal?: AbortSignal | undefined
  readonly onMaybeStale?: (() => void) | undefined
}

/** Named after the methods of Table, because the names stand in the stacks of errors. */
const UNWRAPPERS = {
  [RowOperation.Get]: unwrapperOf('Table.get'),
  [RowOperation.Set]: unwrapperOf('Table.set'),
  [RowOperation.Remove]: unwrapperOf('Table.remove'),
  [RowOperation.Exist]: unwrapperOf('Table.exist'),
  [RowOperation.Ttl]: unwrapperOf('Table.ttl'),
  [RowOperation.Incr]: unwrapperOf('Table.incr'),
}

export function get(
  context: TableContext,
  hashKey: Bytes,
  sortKey: Bytes,
  options: ReadOptions | undefined,
): Promise<Buffer | null> {
  return start(context, RowOperation.Get, hashKey, sortKey, NO_BYTES, readOptions, options)
}

export function set(
  context: TableContext,
  hashKey: Bytes,
  sortKey: Bytes,
  value: Bytes,
  options: WriteOptions | undefined,
): Promise<void> {
  return start(context, RowOperation.Set, hashKey, sortKey, value, writeOptions, options)
}

export function remove(
  context: TableContext,
  hashKey: Bytes,
  sortKey: Bytes,
  options: CallOptions | undefined,
): Promise<void> {
  return start(context, RowOperation.Remove, hashKey, sortKey, NO_BYTES, callOptions, options)
}

export function exist(
  context: TableContext,
  hashKey: Bytes,
  sortKey: Bytes,
  options: ReadOptions | undefined,
): Promise<boolean> {
  return start(context, RowOperation.Exist, hashKey, sortKey, NO_BYTES, readOptions, options)
}

export function ttl(
  context: TableContext,
  hashKey: Bytes,
  sortKey: Bytes,
  options: ReadOptions | undefined,
): Promise<number | null> {
  return start(context, RowOperation.Ttl, hashKey, sortKey, NO_BYTES, readOptions, options)
}

export function incr(
  context: TableContext,
  hashKey: Bytes,
  sortKey: Bytes,
  by: number | bigint,
  options: IncrOptions | undefined,
): Promise<bigint> {
  const increment = incrementBytes(int64('by', by))
  return start(context, RowOperation.Incr, hashKey, sortKey, increment, incrOptions, options)
}

function start<T, Given>(
  { crossing, handle }: TableContext,
  operation: RowOperation,
  hashKey: Bytes,
  sortKey: Bytes,
  value: Bytes,
  resolve: (given: Given | undefined) => RowOptions,
  given: Given | undefined,
): Promise<T> {
  try {
    const { timeoutMs, ttlSeconds = 0, signal, onMaybeStale } = resolve(given)
    const { requests } = crossing
    const send = (token: number) => {
      checkRow(hashKey, sortKey, value)
      requests.add(operation, token, handle, timeoutMs, ttlSeconds, hashKey, sortKey, value)
    }
    const unwrapper = UNWRAPPERS[operation] as Unwrapper<T>
    if (signal === undefined && onMaybeStale === undefined) return crossing.requestPlain(send, unwrapper)
    return unwrapper(crossing.request<T>(send, signal, onMaybeStale))
  } catch (error) {
    return Promise.reject(error)
  }
}
