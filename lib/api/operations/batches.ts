// Operations on rows of any hash keys.
import type { Answer } from '../../crossing/answers'
import type { NativeOutcomes } from '../../crossing/native'
import { pack } from '../../crossing/packing'
import {
  type CallOptions,
  callOptions,
  type ReadOptions,
  readOptions,
  type WriteOptions,
  writeOptions,
} from '../../options/call'
import { keyList, rowList } from '../../options/checks/lists'
import type { Bytes } from '../../values/bytes'
import type { TableContext } from './context'

export function batchGet(
  { crossing, native }: TableContext,
  keys: Iterable<readonly [Bytes, Bytes]>,
  options: ReadOptions | undefined,
): Answer<Buffer> {
  const packed = pack(keyList(keys))
  const { timeoutMs, signal, onMaybeStale } = readOptions(options)
  return crossing.call((token) => native.batchGet(token, packed, timeoutMs), signal, onMaybeStale)
}

export function batchGetSettled(
  { crossing, native }: TableContext,
  keys: Iterable<readonly [Bytes, Bytes]>,
  options: ReadOptions | undefined,
): Answer<NativeOutcomes> {
  const packed = pack(keyList(keys))
  const { timeoutMs, signal, onMaybeStale } = readOptions(options)
  return crossing.call((token) => native.batchGetSettled(token, packed, timeoutMs), signal, onMaybeStale)
}

export function batchSet(
  { crossing, native }: TableContext,
  rows: Iterable<readonly [Bytes, Bytes, Bytes]>,
  options: WriteOptions | undefined,
): Answer<NativeOutcomes> {
  const packed = pack(rowList(rows))
  const { ttlSeconds, timeoutMs, signal } = writeOptions(options)
  return crossing.call((token) => native.batchSet(token, packed, ttlSeconds, timeoutMs), signal)
}

export function batchDel(
  { crossing, native }: TableContext,
  keys: Iterable<readonly [Bytes, Bytes]>,
  options: CallOptions | undefined,
): Answer<NativeOutcomes> {
  const packed = pack(keyList(keys))
  const { timeoutMs, signal } = callOptions(options)
  return crossing.call((token) => native.batchDel(token, packed, timeoutMs), signal)
}
