// Operations that read as many rows as there are: scanners, counts, and all rows of a hash key.
import type { Answer } from '../../crossing/answers'
import { bytes, groupKeyBytes } from '../../options/checks/bytes'
import { integer, MAX_INT32 } from '../../options/checks/numbers'
import { type CountOptions, countOptions } from '../../options/count'
import {
  allRowsOptions,
  allSortKeysOptions,
  type GetAllSortKeysOptions,
  type MultiGetAllOptions,
} from '../../options/read-all'
import { type ScanOptions, scanOptions } from '../../options/scan'
import { type Bytes, NO_BYTES } from '../../values/bytes'
import type { ScanEntry } from '../../values/rows'
import { makeScanner, type Scanner } from '../scanner'
import type { TableContext } from './context'

export function getScanner(
  { crossing, native }: TableContext,
  hashKey: Bytes,
  startSortKey: Bytes | undefined,
  stopSortKey: Bytes | undefined,
  options: ScanOptions | undefined,
): Scanner {
  const hash = groupKeyBytes(hashKey)
  const start = startSortKey === undefined ? NO_BYTES : bytes('startSortKey', startSortKey)
  const stop = stopSortKey === undefined ? NO_BYTES : bytes('stopSortKey', stopSortKey)
  const { native: scan, signal } = scanOptions(options)
  return makeScanner(crossing, native.scanner(hash, start, stop, scan), signal)
}

export function getUnorderedScanners(
  { crossing, native }: TableContext,
  maxSplitCount: number,
  options: ScanOptions | undefined,
): Scanner[] {
  const count = integer('maxSplitCount', maxSplitCount, 1, MAX_INT32)
  const { native: scan, signal } = scanOptions(options)
  return native.unorderedScanners(count, scan).map((scanner) => makeScanner(crossing, scanner, signal))
}

export function allRows(
  context: TableContext,
  hashKey: Bytes,
  options: MultiGetAllOptions | undefined,
): Scanner {
  return scannerOf(context, groupKeyBytes(hashKey), allRowsOptions(options))
}

export function allSortKeys(
  context: TableContext,
  hashKey: Bytes,
  options: GetAllSortKeysOptions | undefined,
): Scanner {
  return scannerOf(context, groupKeyBytes(hashKey), allSortKeysOptions(options))
}

function scannerOf(
  { crossing, native }: TableContext,
  hash: Uint8Array,
  { start, stop, native: scan, signal }: ReturnType<typeof allRowsOptions>,
): Scanner {
  return makeScanner(crossing, native.scanner(hash, start, stop, scan), signal)
}

export function count({ crossing, native }: TableContext, options: CountOptions | undefined): Answer<number> {
  const { native: scan, signal, onProgress } = countOptions(options)
  const send = (token: number) => native.count(token, scan, onProgress !== undefined)
  return onProgress === undefined
    ? crossing.call(send, signal)
    : crossing.callWithProgress(send, onProgress, signal)
}

/** Reads until the end, batch by batch. */
export async function readAll(scanner: Scanner): Promise<ScanEntry[]> {
  const batches: ScanEntry[][] = []
  try {
    for (let batch = await scanner.nextBatch(); batch !== null; batch = await scanner.nextBatch()) {
      batches.push(batch)
    }
  } finally {
    await scanner.close()
  }
  return batches.flat()
}
