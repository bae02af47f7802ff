// Scans of the whole table, through the public API: row by row and batch by batch.
import { lengthOf } from '../rows.mjs'

async function scanRows(table) {
  let count = 0
  let bytes = 0
  const [scanner] = table.getUnorderedScanners(1)
  for await (const entry of scanner) {
    count++
    bytes += lengthOf(entry)
  }
  return { count, bytes }
}

async function scanBatches(table) {
  let count = 0
  let bytes = 0
  const [scanner] = table.getUnorderedScanners(1)
  for (let batch = await scanner.nextBatch(); batch !== null; batch = await scanner.nextBatch()) {
    for (const entry of batch) {
      count++
      bytes += lengthOf(entry)
    }
  }
  return { count, bytes }
}

export const SCANS = { scan: scanRows, scanBatches }
