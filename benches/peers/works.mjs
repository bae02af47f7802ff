// Reads and writes of single rows, the same for every client in JavaScript.
import { checkValue } from '../rows.mjs'

/**
 * How an operation is made, and how its answer is looked at. Whoever repeats it awaits the client's own promise:
 * an async function around each would be a good part of an operation.
 */
export function rowWorks(table, rows) {
  return {
    get: { once: () => table.get(rows.anyHashKey(), rows.anySortKey()), check: checkValue },
    set: { once: () => table.set(rows.anyHashKey(), rows.anySortKey(), rows.value), check() {} },
  }
}
