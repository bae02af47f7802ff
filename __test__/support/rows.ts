import type { MultiGetResult, ScanEntry, Scanner } from 'pegasus-client'

/** The sort keys of a reply as text. */
export function sortKeysOf(rows: { sortKey: Buffer }[]): string[] {
  return rows.map(({ sortKey }) => sortKey.toString())
}

/** The rows of a reply as text. */
export function asText({ entries, complete }: MultiGetResult) {
  return { complete, rows: entries.map(({ sortKey, value }) => [sortKey.toString(), value.toString()]) }
}

/** Reads a scanner to its end. */
export async function drain(scanner: Scanner): Promise<ScanEntry[]> {
  const rows = []
  for await (const row of scanner) rows.push(row)
  return rows
}

/** A row's two keys as one text that can be compared. */
export function place({ hashKey, sortKey }: { hashKey: Buffer; sortKey: Buffer }): string {
  return `${hashKey.toString('hex')}/${sortKey.toString('hex')}`
}

/** `count` rows; their sort keys have leading zeros, so that their order is the order of their numbers. */
export function numberedRows(count: number, first = 0): [string, string][] {
  return Array.from({ length: count }, (_, index) => [numbered(first + index), `value ${first + index}`])
}

export function numbered(number: number): string {
  return `row-${String(number).padStart(6, '0')}`
}
