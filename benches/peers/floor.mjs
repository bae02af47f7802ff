// The lower bound of a scan in JavaScript: the same bytes, already in one Buffer, sliced into the same objects.
import { lengthOf, Rows } from '../rows.mjs'
import { measureOnce } from './measure.mjs'
import { obey } from './talk.mjs'

let rows
let table
/** Outside the loop, so that the compiler cannot leave the object out. */
let entry

function open(size) {
  rows = new Rows(size)
  const parts = []
  for (const hashKey of rows.hashKeys) {
    for (const sortKey of rows.sortKeys) parts.push(hashKey, sortKey, rows.value)
  }
  table = Buffer.concat(parts)
}

/** Scans the Buffer. The lengths are known; a client must read them, which is more work. */
function scan() {
  const keyLength = rows.hashKeys[0].length
  const valueLength = rows.value.length
  let count = 0
  let bytes = 0
  for (let at = 0; at < table.length; at += 2 * keyLength + valueLength) {
    const hashKey = table.subarray(at, at + keyLength)
    const sortKey = table.subarray(at + keyLength, at + 2 * keyLength)
    const value = table.subarray(at + 2 * keyLength, at + 2 * keyLength + valueLength)
    entry = { hashKey, sortKey, value }
    count++
    bytes += lengthOf(entry)
  }
  return { count, bytes }
}

await obey({ open, scan: () => measureOnce(scan, rows) })
