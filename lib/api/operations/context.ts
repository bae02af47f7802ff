import type { Crossing } from '../../crossing/crossing'
import type { NativeTable } from '../../crossing/native'

/** What all operations of a table share. */
export interface TableContext {
  readonly crossing: Crossing
  readonly native: NativeTable
  /** The table's number in requests. */
  readonly handle: number
}
