// The rows that every peer reads and writes. `rust/src/rows.rs` has the same in Rust.

export const VALUE_LENGTH = 100

/** Hash key number `index`: 16 bytes. */
export function hashKey(index) {
  return Buffer.from(`hash-key-${String(index).padStart(7, '0')}`)
}

/** Sort key number `index`: 16 bytes. */
export function sortKey(index) {
  return Buffer.from(`sort-key-${String(index).padStart(7, '0')}`)
}

/** Keys of the loaded rows (every hash key with every sort key), and the value that every row has. */
export class Rows {
  constructor({ hashKeys, sortKeys }) {
    this.hashKeys = Array.from({ length: hashKeys }, (_, index) => hashKey(index))
    this.sortKeys = Array.from({ length: sortKeys }, (_, index) => sortKey(index))
    this.value = Buffer.alloc(VALUE_LENGTH, 'v')
  }

  /** Hash key, sort key and value of a random row. */
  any() {
    return { hashKey: this.anyHashKey(), sortKey: this.anySortKey(), value: this.value }
  }

  anyHashKey() {
    return this.hashKeys[Math.floor(Math.random() * this.hashKeys.length)]
  }

  anySortKey() {
    return this.sortKeys[Math.floor(Math.random() * this.sortKeys.length)]
  }
}

/** Reads all parts of a row, so that no compiler can leave one out. */
export function lengthOf({ hashKey, sortKey, value }) {
  return hashKey.length + sortKey.length + value.length
}

/** Throws for an answer that is not the loaded value, so that it does not count as an operation. */
export function checkValue(value) {
  if (value?.length !== VALUE_LENGTH) {
    throw new Error(`a value of ${VALUE_LENGTH} bytes was loaded, not of ${value?.length}`)
  }
}
