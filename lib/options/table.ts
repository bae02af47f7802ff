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
   * the other request is given up. Default: reads are not sent twice.
   *
   * `'auto'`: the 99th percentile of the latencies of the middle one of the table's servers, but at most four times its
   * 90th, and from 1 ms to 1 s. Each server is measured by its own latest answers, up to 2000, so a slow server does not
   * lengthen the delay. It is 50 ms before a server has given 100 answers.
   *
   * **A server that is slow for a while is asked second.** When at least half of its last 16 answers took longer than
   * four times the median of the table's servers (and 20 ms longer, and longer than the delay), reads of its partitions
   * go to a secondary first. It is asked again up to five times a second, and first again as soon as it is well. This
   * holds for fewer than half of the servers at a time, never when all are slow alike. As long as it lasts, most reads
   * of these partitions may lack the latest writes: {@link ReadOptions.onMaybeStale} reports each.
   */
  delayMs?: number | 'auto'
  /**
   * The maximum share of reads that `delayMs` may send once more, from 0 to 1. Ten such reads are free, and what the
   * reads of the last 5 to 10 seconds left is saved. This limit protects a cluster that is slow as a whole from twice
   * the load. With 0, `delayMs` has no effect. Default 0.1.
   *
   * A read that has waited for one server for half of its time asks another one even if nothing is left; later reads
   * make up for it. So reads do not fail because one server is paused.
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
