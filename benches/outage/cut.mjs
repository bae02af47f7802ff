// One connection breaks while no meta server answers. The primary is up all the time.
import { TABLE, warm } from './bench.mjs'
import { atMost, row } from './rows.mjs'

const HINDRANCES = { hangs: 'freezeServer', refuses: 'stopServer' }
const TIMEOUT_MS = 2000

export async function cut(bench) {
  const rows = []
  for (const [how, hinder] of Object.entries(HINDRANCES)) {
    const calls = await bench.repeat(3, () => cutOnce(bench, hinder))
    rows.push(
      row({
        what: `a connection is cut while the meta server ${how}: until the get is answered`,
        unit: 'ms',
        runs: calls.map(({ ms }) => ms),
        goal: atMost(300, 'ms'),
        failures: calls.filter(({ code }) => code !== undefined).length,
        note: 'a call that fails counts with its deadline of 2 s',
      }),
    )
  }
  return rows
}

function cutOnce(bench, hinder) {
  return bench.withBoth({}, async (cluster, client) => {
    await warm(client)
    await cluster[hinder](cluster.metaServers[0], { failoverAfterMs: null })
    cluster.addFault({ rpc: 'get', table: TABLE, times: 1, reaction: { disconnect: true } })
    return client.ask('call', { work: 'get', options: { timeoutMs: bench.size(TIMEOUT_MS, 300) } })
  })
}
