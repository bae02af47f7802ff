// Counts connections that are refused: those of a client whose server is dead and whose port is closed.
//
// Nobody accepts them, so only the kernel knows (AttemptFails in /proc/net/snmp). It counts them for a network
// namespace together. So the whole measurement runs in one of its own: this file is also the program for that.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { now } from '../scripted/server.mjs'
import { Bench, warm } from './bench.mjs'

const SAMPLE_MS = 20

/** The time of each refused connection, in milliseconds; `undefined` where they cannot be counted. */
export async function refusedDials({ packageFolder, isQuick }) {
  const inNamespace = 'ip link set lo up && exec "$0" "$@"'
  const program = [process.execPath, fileURLToPath(import.meta.url), packageFolder, String(isQuick)]
  const { status, stdout } = spawnSync('unshare', ['--net', 'sh', '-c', inNamespace, ...program], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return status === 0 ? JSON.parse(stdout) : undefined
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
    await client.ask('start', { works: ['get'], callers: 16, options: { timeoutMs: 1000 } })
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

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [packageFolder, isQuick] = process.argv.slice(2)
  const times = await measure(new Bench({ packageFolder, isQuick: isQuick === 'true' }))
  process.stdout.write(JSON.stringify(times))
}
