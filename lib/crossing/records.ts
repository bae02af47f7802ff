import { Unanswered } from './answers'
import { errorOf } from './failures'
import { Kind } from './native/numbers'
import type { Failure } from './native/records'
import { view } from './views'

/** Reads the answer from a record; `memory` from `byteOffset` on is the slab of its batch. */
export function answerOf(
  kind: Kind,
  a: number,
  b: number,
  memory: ArrayBufferLike,
  byteOffset: number,
  extras: unknown[],
): unknown {
  switch (kind) {
    case Kind.Done:
      return undefined
    case Kind.Absent:
      return null
    case Kind.Bytes:
      return view(memory, byteOffset + a, b)
    case Kind.Number:
      return (b | 0) * 2 ** 32 + a
    case Kind.Boolean:
      return a !== 0
    case Kind.BigInt:
      return (BigInt(b | 0) << 32n) | BigInt(a)
    case Kind.Extra:
      return extras[a]
    case Kind.Failure:
      return new Unanswered((below) => errorOf(extras[a] as Failure, below))
    default:
      return new Unanswered(() => new Error(`the addon ended an operation with a record of kind ${kind}`))
  }
}
