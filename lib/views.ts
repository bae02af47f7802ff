type MakeView = new (memory: ArrayBufferLike, byteOffset: number, length: number) => Buffer

/**
 * The class that Node makes Buffers of. `subarray` and `Buffer.from` come to the same, but look at their arguments
 * and ask for the memory in a call into the engine first, which costs three times as much; and views are what most
 * of an answer is made of.
 */
const View = (Buffer as unknown as Partial<Record<symbol, MakeView>>)[Symbol.species]

/** A Buffer of a part of memory, which it shares. */
export const view: (memory: ArrayBufferLike, byteOffset: number, length: number) => Buffer =
  View === undefined
    ? (memory, byteOffset, length) => Buffer.from(memory as ArrayBuffer, byteOffset, length)
    : (memory, byteOffset, length) => new View(memory, byteOffset, length)
