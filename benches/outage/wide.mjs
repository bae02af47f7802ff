// A table of 65,536 partitions, each with a primary of its own address, is opened while another table is in use.
import { setTimeout as sleep } from 'node:timers/promises'
import { metaAnswers, replicaAnswers } from '../scripted/roles.mjs'
import { ScriptedServer } from '../scripted/server.mjs'
import { addresses } from '../scripted/tables.mjs'
import { warm } from './bench.mjs'
import { atMost, row } from './rows.mjs'

/** Nobody waits longer; the client is ended then. */
const PATIENCE_MS = 20_000
const SECOND = atMost(1000, 'ms')

export async function wide(bench) {
  const count = bench.size(65_536, 1024)
  const replica = await new ScriptedServer(replicaAnswers()).listen()
  const narrow = { appId: 1, partitions: Array.from({ length: 8 }, () => [replica, replica, replica]) }
  const meta = await new ScriptedServer(
    metaAnswers({ wide: { appId: 2, partitions: addresses(count) }, narrow }),
  ).listen()
  try {
    const rounds = await bench.repeat(3, () => openOnce(bench, meta))
    const note = `given up after ${PATIENCE_MS / 1000} s`
    const failures = rounds.filter(({ isLate }) => isLate).length
    const common = { unit: 'ms', goal: SECOND, failures, note: failures > 0 ? note : undefined }
    const partitions = `${count.toLocaleString('en-US')} partitions with distinct addresses`
    return [
      row({ what: `a table of ${partitions}: to open it`, runs: rounds.map(({ ms }) => ms), ...common }),
      row({
        what: `a table of ${partitions}: longest get on another table meanwhile`,
        runs: rounds.map(({ longestMs }) => longestMs),
        ...common,
      }),
    ]
  } finally {
    await meta.close()
    await replica.close()
  }
}

function openOnce(bench, meta) {
  const options = { metaServers: meta.address, timeoutMs: 60_000, metaTimeoutMs: 60_000 }
  return bench.withClient({ options, tables: ['narrow'] }, async (client) => {
    await warm(client)
    await client.ask('start', { works: ['get'], everyMs: 5, options: { timeoutMs: 60_000 } })
    const opened = client.ask('openTable', { table: 'wide' })
    const late = sleep(PATIENCE_MS, undefined, { ref: false })
    const first = await Promise.race([opened, late])
    if (first === undefined) {
      // Its end, in the middle of the answer, is no news.
      opened.catch(() => {})
      return { ms: PATIENCE_MS, longestMs: PATIENCE_MS, isLate: true }
    }
    const outcomes = await client.ask('stop')
    const times = outcomes.map(({ ms, code }) => (code === undefined ? ms : Number.POSITIVE_INFINITY))
    return { ms: first.ms, longestMs: Math.max(...times), isLate: false }
  })
}
