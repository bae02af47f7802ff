import { PegasusClient } from 'pegasus-client'
import { type Measure, TOLERANCES } from './trend'
import { settledUsage, type Usage } from './usage'

export const CLIENTS = 1000
/** Clients opened before the measurement, until memory and compiled code have settled. */
const CLIENTS_BEFORE = 400
const AT_ONCE = 20

/** Measures this process before and after {@link CLIENTS} clients are opened and closed. */
export async function churn(
  metaServers: string[],
  tableName: string,
): Promise<{ before: Usage; after: Usage }> {
  await openAndClose(metaServers, tableName, CLIENTS_BEFORE)
  const before = await settledUsage()
  await openAndClose(metaServers, tableName, CLIENTS)
  return { before, after: await settledUsage() }
}

/** The measures that grew beyond their tolerance. */
export function keptAfter(before: Usage, after: Usage): Measure[] {
  const measures = Object.keys(TOLERANCES) as Measure[]
  return measures.filter((measure) => {
    return (after[measure] ?? 0) - (before[measure] ?? 0) > TOLERANCES[measure]
  })
}

/** Opens and closes this many clients, each with one operation, {@link AT_ONCE} at a time. */
async function openAndClose(metaServers: string[], tableName: string, count: number): Promise<void> {
  let left = count
  const one = async () => {
    while (left > 0) {
      left--
      const client = await PegasusClient.connect({ metaServers })
      const table = await client.openTable(tableName)
      await table.set('churn', String(left), 'v')
      await client.close()
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, one))
}
