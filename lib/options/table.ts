import { AUTO_DELAY, NOT_GIVEN } from '../crossing/native'
import { wrongType } from '../values/argument-errors'
import { boolean } from './checks/kinds'
import { positive, share } from './checks/numbers'
import { type Checks, checked } from './checks/schema'

/** Options of a table. */
export interface TableOptions {
  /** Milliseconds for each operation on this table, in place of the client's `timeoutMs`. */
  timeoutMs?: number
  /** When a secondary may answer reads. Default: never. */
  backupRequest?: BackupRequestOptions
}

/**
 * When a secondary may answer a read of this table in place of the primary. This applies to `get`, `exist`, `ttl`,
 * `batchGet`, `batchGetSettled`, `multiGet`, `multiGetOpt` and `getSortKeys`. All other operations, such as writes,
 * scans and counts, always go to the primary.
 *
 * **The price is consistency.** A secondary may lag behind the primary. Its answer may lack acknowledged writes, the
 * caller's own last write included, and of two reads the later one may show the older state. Every row is shown as it
 * was at some moment. The lag has no upper bound: usually it is milliseconds, but a secondary that was cut off lags by
 * as long as it was cut off. {@link ReadOptions.onMaybeStale} tells which answers came from a secondary.
 *
 * A server may refuse backup reads. Beyond the table's `replica.backup_request_throttling` it may also leave them
 * unanswered. Neither fails a read that the primary can still answer.
 *
 * @example
 * ```ts
 * const table = await client.openTable('temp', { backupRequest: { delayMs: 'auto', onUnreachable: true } })
 * ```
 */
export interface BackupRequestOptions {
  /**
   * Milliseconds to wait for the primary before the read is sent to a secondary too. The first good answer counts, and
   * the other request is given up. `'auto'`: the 99th percentile of the table's last 1000 to 2000 reads, but from 1 ms
   * to 1 s, and 50 ms before 100 reads were measured. Default: reads are not sent twice.
   */
  delayMs?: number | 'auto'
  /**
   * The maximum share of reads that `delayMs` may send twice, from 0 to 1. Ten such reads are free. This limit protects
   * a cluster that is slow as a whole from twice the load. Default 0.1.
   */
  maxShare?: number
  /**
   * Sends a read to a secondary in the same attempt when the primary is gone: the partition has no primary, the
   * connection to it fails or breaks, or the server says that it is not the primary. So reads continue during the
   * failover of a cluster, which takes about 20 seconds. Until the primary answers again, each read goes to it and to a
   * secondary at the same time. `maxShare` does not apply to these reads. A primary that hangs with its connection open
   * counts as gone only after the client's `sessionResetMs`; before that, `delayMs` helps. Default false.
   */
  onUnreachable?: boolean
}

const BACKUP_REQUEST = {
  delayMs: (name: string, value: number | 'auto') => (value === 'auto' ? AUTO_DELAY : positive(name, value)),
  maxShare: share,
  onUnreachable: boolean,
} satisfies Checks<BackupRequestOptions>
const TABLE = {
  timeoutMs: positive,
  backupRequest: (name: string, value: unknown) => checked(value, BACKUP_REQUEST, name),
} satisfies Checks<TableOptions>

export function tableOptions(given: TableOptions | undefined) {
  const { timeoutMs = NOT_GIVEN, backupRequest = {} } = checked(given, TABLE)
  const { delayMs = NOT_GIVEN, maxShare = NOT_GIVEN, onUnreachable = false } = backupRequest
  if (maxShare !== NOT_GIVEN && delayMs === NOT_GIVEN) {
    throw wrongType('options.backupRequest.maxShare has no effect without options.backupRequest.delayMs')
  }
  return { timeoutMs, delayMs, maxShare, onUnreachable }
}
