import { Unanswered } from './answers'
import { errorOf } from './failures'
import { type Failure, RecordKind } from './native'
import { view } from './views'

/** Reads the answer from a record; `memory` from `byteOffset` on is the slab of its batch. */
export function answerOf(
  kind: RecordKind,
  a: number,
  b: number,
  memory: ArrayBufferLike,
  byteOffset: number,
  extras: unknown[],
): unknown {
  switch (kind) {
    case RecordKind.Done:
      return undefined
    case RecordKind.Absent:
      return null
    case RecordKind.Bytes:
      return view(memory, byteOffset + a, b)
    case RecordKind.Number:
      return (b | 0) * 2 ** 32 + a
    case RecordKind.Boolean:
      return a !== 0
    case RecordKind.BigInt:
      return (BigInt(b | 0) << 32n) | BigInt(a)
    case RecordKind.Extra:
      return extras[a]
    case RecordKind.Failure:
      return new Unanswered((below) => errorOf(extras[a] as Failure, below))
    default:
      return new Unanswered(() => new Error(`the addon ended an operation with a record of kind ${kind}`))
  }
}
