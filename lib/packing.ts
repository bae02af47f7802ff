/** Packs a list of bytes for the addon: each element a little-endian u32 length and its bytes. */
export function pack(list: readonly Uint8Array[]): Buffer {
  let size = 0
  for (const item of list) size += 4 + item.length
  const packed = Buffer.allocUnsafe(size)
  let at = 0
  for (const item of list) {
    at = packed.writeUInt32LE(item.length, at)
    packed.set(item, at)
    at += item.length
  }
  return packed
}

/** Each element once, ascending by bytes. Sorts in place. */
export function sortedUnique(list: Uint8Array[]): Uint8Array[] {
  list.sort(Buffer.compare)
  return list.filter((item, i) => i === 0 || Buffer.compare(item, list[i - 1] as Uint8Array) !== 0)
}
