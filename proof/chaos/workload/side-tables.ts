import { setTimeout as sleep } from 'node:timers/promises'
import type { LocalCluster, Table } from 'pegasus-client'
import type { Random } from '../../../__test__/support/random'
import type { Watch } from '../calls/watch'

/** Tables beside the one of the round, as a service has them. */
const NAMES = ['side_0', 'side_1', 'side_2']
const PARTITIONS = 2
const TIMEOUTS_MS = [150, 600, 1500]
const THINKS_MS = 25

export async function createSideTables(cluster: LocalCluster): Promise<readonly string[]> {
  for (const name of NAMES) await cluster.createTable(name, PARTITIONS)
  return NAMES
}

/** Uses all table objects in turn, one after the other, until the signal. Deadlines and errors are checked. */
export async function useSideTables(
  tables: readonly Table[],
  watch: Watch,
  random: Random,
  signal: AbortSignal,
): Promise<void> {
  for (let at = 0; !signal.aborted; at++) {
    const table = tables[at % tables.length] as Table
    const [timeoutMs, key] = [random.of(TIMEOUTS_MS), `side-${random.integer(0, 50)}`]
    if (random.coin()) {
      const info = { name: 'set of a side table', timeoutMs, isWrite: true }
      await watch.call(info, () => table.set(key, 's', 'v', { timeoutMs }))
    } else {
      const info = { name: 'get of a side table', timeoutMs, isWrite: false }
      await watch.call(info, () => table.get(key, 's', { timeoutMs }))
    }
    await sleep(random.integer(0, THINKS_MS))
  }
}
