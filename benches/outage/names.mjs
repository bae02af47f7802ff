// A meta server's name has two addresses, and the first of them is of no use.
//
// The name is in a hosts file of its own, seen only by the measurement: it runs in a mount namespace. This file is
// also the program for that.
import { lookup } from 'node:dns/promises'
import { TAKES } from '../../scripts/network/namespace.mjs'
import { TABLE } from './bench.mjs'
import { inNamespace, whenProgram } from './namespace.mjs'
import { atMost, leftOut, row } from './rows.mjs'

const NAME = 'two-addresses.test'
const [FIRST, SECOND] = ['127.0.0.2', '127.0.0.3']
const HOSTS = `127.0.0.1 localhost\n${FIRST} ${NAME}\n${SECOND} ${NAME}\n`
const FAULTS = { 'swallows packets': 'cutOffServer', 'accepts and hangs': 'freezeServer' }
const TIMEOUT_MS = 5000

export async function names(bench) {
  const measured = await inNamespace(import.meta.url, bench, { files: { '/etc/hosts': HOSTS } })
  return Object.keys(FAULTS).map((how) => {
    const what = `a name with two addresses of which the first ${how}: to connect and open a table`
    if (measured === undefined) return leftOut(what, TAKES)
    const runs = measured[how]
    return row({
      what,
      unit: 'ms',
      runs: runs.map(({ ms }) => ms),
      goal: atMost(1000, 'ms'),
      failures: runs.filter(({ failed }) => failed).length,
      note: `connecting that fails counts with its deadline of ${TIMEOUT_MS / 1000} s`,
    })
  })
}

async function measure(bench) {
  const addresses = (await lookup(NAME, { all: true })).map(({ address }) => address)
  if (addresses[0] !== FIRST || addresses[1] !== SECOND) throw new Error(`the resolver gives ${addresses}`)
  const measured = {}
  for (const [how, fault] of Object.entries(FAULTS)) {
    measured[how] = await bench.repeat(3, () => connectOnce(bench, fault))
  }
  return measured
}

/** Two clusters at the same port of two addresses; one is disturbed. */
function connectOnce(bench, fault) {
  return bench.withCluster({ host: SECOND }, (healthy) => {
    const [, port] = healthy.metaServers[0].split(':')
    return bench.withCluster({ host: FIRST, port: Number(port) }, async (disturbed) => {
      await disturbed[fault](disturbed.metaServers[0], { failoverAfterMs: null })
      const timeoutMs = bench.size(TIMEOUT_MS, 1000)
      const options = { metaServers: `${NAME}:${port}`, timeoutMs }
      return bench.withClient(undefined, (client) => connect(client, options))
    })
  })
}

async function connect(client, options) {
  try {
    return { ...(await client.ask('open', { options, tables: [TABLE] })), failed: false }
  } catch {
    return { ms: options.timeoutMs, failed: true }
  }
}

await whenProgram(import.meta.url, measure)
