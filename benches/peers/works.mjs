// Reads and writes of single rows, the same for every client in JavaScript.
import { checkValue } from '../rows.mjs'

/**
 * For each work: how to start an operation, and how to check its answer. The loop awaits the promise of the client
 * itself, as an async function around each would take a good part of the time of an operation.
 */
export function rowWorks(table, rows) {
  return {
    get: { once: () => table.get(rows.anyHashKey(), rows.anySortKey()), check: checkValue },
    set: { once: () => table.set(rows.anyHashKey(), rows.anySortKey(), rows.value), check() {} },
  }
}
