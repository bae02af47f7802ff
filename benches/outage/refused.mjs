// Counts connections that are refused: those of a client whose server is dead and whose port is closed.
//
// Nobody accepts them, so only the kernel knows (AttemptFails in /proc/net/snmp). It counts them for a network
// namespace together. So the whole measurement runs in one of its own: this file is also the program for that.
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { now } from '../scripted/server.mjs'
import { warm } from './bench.mjs'
import { inNamespace, whenProgram } from './namespace.mjs'

const SAMPLE_MS = 20

/** The time of each refused connection, in milliseconds; `undefined` where they cannot be counted. */
export function refusedDials(bench) {
  return inNamespace(import.meta.url, bench, { hasNetwork: true })
}

function attemptsFailed() {
  const [names, values] = readFileSync('/proc/net/snmp', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('Tcp:'))
    .map((line) => line.split(' '))
  return Number(values[names.indexOf('AttemptFails')])
}

function measure(bench) {
  return bench.withBoth({}, async (cluster, client) => {
    await warm(client)
    await client.ask('start', { works: ['get'], callers: bench.size(256, 16), options: { timeoutMs: 1000 } })
    await cluster.stopServer(cluster.replicaServers[0], { failoverAfterMs: null })
    const times = []
    const endAt = now() + bench.size(4000, 1000)
    for (let before = attemptsFailed(); now() < endAt; ) {
      await sleep(SAMPLE_MS)
      const failed = attemptsFailed()
      for (; before < failed; before++) times.push(now())
    }
    await client.ask('stop')
    return times
  })
}

await whenProgram(import.meta.url, measure)
