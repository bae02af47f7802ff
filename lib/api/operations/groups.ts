// Operations on several rows of one hash key.
import type { Answer } from '../../crossing/answers'
import { pack } from '../../crossing/packing'
import { type CallOptions, callOptions, type WriteOptions, writeOptions } from '../../options/call'
import { bytes, groupKeyBytes } from '../../options/checks/bytes'
import { entryList, sortKeyList } from '../../options/checks/lists'
import { type DelRangeOptions, delRangeOptions } from '../../options/del-range'
import {
  type MultiGetLimits,
  type MultiGetOptions,
  multiGetLimits,
  multiGetOptions,
} from '../../options/multi-get'
import type { Bytes, Entries } from '../../values/bytes'
import type { TableContext } from './context'

export function multiSet(
  { crossing, native }: TableContext,
  hashKey: Bytes,
  entries: Entries,
  options: WriteOptions | undefined,
): Answer<void> {
  const hash = groupKeyBytes(hashKey)
  const packed = pack(entryList(entries))
  const { ttlSeconds, timeoutMs, signal } = writeOptions(options)
  const send = (token: number) => native.multiSet(token, hash, packed, ttlSeconds, timeoutMs)
  return crossing.call(send, signal)
}

export function multiGet(
  context: TableContext,
  hashKey: Bytes,
  sortKeys: Iterable<Bytes> | null,
  options: MultiGetLimits | undefined,
): Answer<Buffer> {
  const hash = groupKeyBytes(hashKey)
  const keys = sortKeys === null ? null : pack(sortKeyList(sortKeys, ': null means all'))
  return readGroup(context, hash, keys, multiGetLimits(options))
}

/** As {@link multiGet} of all rows, without their values. */
export function getSortKeys(
  context: TableContext,
  hashKey: Bytes,
  options: MultiGetLimits | undefined,
): Answer<Buffer> {
  const hash = groupKeyBytes(hashKey)
  return readGroup(context, hash, null, { ...multiGetLimits(options), noValue: true })
}

function readGroup(
  { crossing, native }: TableContext,
  hash: Uint8Array,
  keys: Uint8Array | null,
  limits: ReturnType<typeof multiGetLimits>,
): Answer<Buffer> {
  const { maxKvCount, maxKvSize, noValue, timeoutMs, signal, onMaybeStale } = limits
  const send = (token: number) =>
    native.multiGet(token, hash, keys, maxKvCount, maxKvSize, noValue, timeoutMs)
  return crossing.call(send, signal, onMaybeStale)
}

export function multiGetRange(
  { crossing, native }: TableContext,
  hashKey: Bytes,
  startSortKey: Bytes,
  stopSortKey: Bytes,
  options: MultiGetOptions | undefined,
): Answer<Buffer> {
  const hash = groupKeyBytes(hashKey)
  const start = bytes('startSortKey', startSortKey)
  const stop = bytes('stopSortKey', stopSortKey)
  const o = multiGetOptions(options)
  const send = (token: number) =>
    native.multiGetRange(
      token,
      hash,
      start,
      stop,
      o.flags,
      o.filterType,
      o.filterPattern,
      o.maxKvCount,
      o.maxKvSize,
      o.timeoutMs,
    )
  return crossing.call(send, o.signal, o.onMaybeStale)
}

export function multiDel(
  { crossing, native }: TableContext,
  hashKey: Bytes,
  sortKeys: Iterable<Bytes>,
  options: CallOptions | undefined,
): Answer<number> {
  const hash = groupKeyBytes(hashKey)
  const keys = pack(sortKeyList(sortKeys, ''))
  const { timeoutMs, signal } = callOptions(options)
  return crossing.call((token) => native.multiDel(token, hash, keys, timeoutMs), signal)
}

export function delRange(
  { crossing, native }: TableContext,
  hashKey: Bytes,
  startSortKey: Bytes,
  stopSortKey: Bytes,
  options: DelRangeOptions | undefined,
): Answer<number> {
  const hash = groupKeyBytes(hashKey)
  const start = bytes('startSortKey', startSortKey)
  const stop = bytes('stopSortKey', stopSortKey)
  const { flags, filterType, filterPattern, timeoutMs, signal } = delRangeOptions(options)
  const send = (token: number) =>
    native.delRange(token, hash, start, stop, flags, filterType, filterPattern, timeoutMs)
  return crossing.call(send, signal)
}

export function sortKeyCount(
  { crossing, native }: TableContext,
  hashKey: Bytes,
  options: CallOptions | undefined,
): Answer<number> {
  const hash = groupKeyBytes(hashKey)
  const { timeoutMs, signal } = callOptions(options)
  return crossing.call((token) => native.sortKeyCount(token, hash, timeoutMs), signal)
}
