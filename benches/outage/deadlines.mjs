// Many calls time out at the same moment: how long the event loop is held, and what an error costs.
import { TABLE, warm } from './bench.mjs'
import { atMost, row } from './rows.mjs'

const TIMEOUT_MS = 1500
/** All calls have been made and sent by then. */
const WAIT_MS = 800
const QUICK = { timeoutMs: 300, waitMs: 100 }

const KINDS = [
  { what: 'in flight', options: {} },
  { what: 'that wait for room under maxInFlight', options: { maxInFlight: 100 } },
]

export async function deadlines(bench) {
  const count = bench.size(20_000, 500)
  const rows = []
  for (const { what, options } of KINDS) {
    const calls = `${count.toLocaleString('en-US')} calls ${what} time out together`
    const turns = await burstsOf(bench, count, options, 'turns')
    const costs = await burstsOf(bench, count, options, 'cpu')
    rows.push(
      row({
        what: `${calls}: longest turn of the event loop`,
        unit: 'ms',
        runs: turns.map(({ longestMs }) => longestMs),
        goal: atMost(20, 'ms'),
      }),
      row({
        what: `${calls}: an error costs`,
        unit: 'CPU µs',
        runs: costs.map(({ cpuUs }) => cpuUs / count),
        goal: atMost(15, 'µs'),
        note: 'all threads of the process, from all sent to all settled',
      }),
    )
  }
  return rows
}

/** The first burst of a process is not counted: a service that is hit has compiled its code. */
function burstsOf(bench, count, options, watches) {
  return bench.withBoth({ options }, async (cluster, client) => {
    await warm(client)
    cluster.addFault({ rpc: 'get', table: TABLE, reaction: { drop: true } })
    const times = bench.size({ timeoutMs: TIMEOUT_MS, waitMs: WAIT_MS }, QUICK)
    const once = async () => {
      const burst = await client.ask('burst', { count, watches, ...times })
      if (burst.codes.ERR_TIMEOUT !== count) {
        throw new Error(`${count} calls should time out; they ended with ${JSON.stringify(burst.codes)}`)
      }
      return burst
    }
    if (!bench.isQuick) await once()
    return bench.repeat(3, once)
  })
}
