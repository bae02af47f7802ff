/** Bytes as an argument: a string stands for its UTF-8 bytes. Results always hold Buffers. */
export type Bytes = Uint8Array | string

/**
 * Pairs of sort key and value: an array of `[sortKey, value]`, a `Map`, any other iterable of such pairs, or
 * an object whose property names are the sort keys. When a sort key occurs twice, the last value wins.
 */
export type Entries = Iterable<readonly [Bytes, Bytes]> | Readonly<Record<string, Bytes>>

export const NO_BYTES = new Uint8Array(0)
