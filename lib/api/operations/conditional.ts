// Conditional writes: check and write are one atomic step on the server.
import type { Answer } from '../../crossing/answers'
import { pack } from '../../crossing/packing'
import { type CallOptions, callOptions, type WriteOptions, writeOptions } from '../../options/call'
import { bytes, groupKeyBytes, valueBytes } from '../../options/checks/bytes'
import {
  type Check,
  type CheckedSet,
  checkedSetFields,
  checkFields,
  type Mutation,
  mutationList,
} from '../../options/conditional'
import type { Bytes } from '../../values/bytes'
import type { TableContext } from './context'

export function checkAndSet(
  { crossing, native }: TableContext,
  hashKey: Bytes,
  check: Check,
  set: CheckedSet,
  options: CallOptions | undefined,
): Answer<Buffer> {
  const hash = groupKeyBytes(hashKey)
  const { sortKey, type, operand, returnCheckValue } = checkFields(check)
  const row = checkedSetFields(set)
  const { timeoutMs, signal } = callOptions(options)
  const send = (token: number) =>
    native.checkAndSet(
      token,
      hash,
      sortKey,
      type,
      operand,
      returnCheckValue,
      row.sortKey,
      row.value,
      row.ttlSeconds,
      timeoutMs,
    )
  return crossing.call(send, signal)
}

export function checkAndMutate(
  { crossing, native }: TableContext,
  hashKey: Bytes,
  check: Check,
  mutations: Iterable<Mutation>,
  options: CallOptions | undefined,
): Answer<Buffer> {
  const hash = groupKeyBytes(hashKey)
  const { sortKey, type, operand, returnCheckValue } = checkFields(check)
  const packed = pack(mutationList(mutations))
  const { timeoutMs, signal } = callOptions(options)
  const send = (token: number) =>
    native.checkAndMutate(token, hash, sortKey, type, operand, returnCheckValue, packed, timeoutMs)
  return crossing.call(send, signal)
}

export function compareExchange(
  { crossing, native }: TableContext,
  hashKey: Bytes,
  sortKey: Bytes,
  expected: Bytes | null,
  value: Bytes,
  options: WriteOptions | undefined,
): Answer<Buffer> {
  const hash = groupKeyBytes(hashKey)
  const sort = bytes('sortKey', sortKey)
  const old = expected === null ? null : valueBytes('expected', expected)
  const content = valueBytes('value', value)
  const { ttlSeconds, timeoutMs, signal } = writeOptions(options)
  const send = (token: number) =>
    native.compareExchange(token, hash, sort, old, content, ttlSeconds, timeoutMs)
  return crossing.call(send, signal)
}
