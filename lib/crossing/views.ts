type MakeView = new (memory: ArrayBufferLike, byteOffset: number, length: number) => Buffer

/**
 * The class that Node uses to construct Buffers. `subarray` and `Buffer.from` give the same Buffers at three times the
 * cost: they inspect their arguments and call into the engine for the memory. Most of an answer consists of such views.
 */
const View = (Buffer as unknown as Partial<Record<symbol, MakeView>>)[Symbol.species]

/** Makes a Buffer that shares a part of the memory. */
export const view: (memory: ArrayBufferLike, byteOffset: number, length: number) => Buffer =
  View === undefined
    ? (memory, byteOffset, length) => Buffer.from(memory as ArrayBuffer, byteOffset, length)
    : (memory, byteOffset, length) => new View(memory, byteOffset, length)
