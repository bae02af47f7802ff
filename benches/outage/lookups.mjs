// Name servers that are slow or silent: connecting, and the end of a process or worker thread that has asked one.
//
// The name server is of our own, and stands in a resolv.conf that only the measurement sees: it runs in a namespace.
// This file is also the program for that.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { asksNameServer, NameServer } from '../../scripts/network/name-server.mjs'
import { TAKES } from '../../scripts/network/namespace.mjs'
import { root } from '../../scripts/run.mjs'
import { now } from '../scripted/server.mjs'
import { TABLE } from './bench.mjs'
import { inNamespace, whenProgram } from './namespace.mjs'
import { atMost, leftOut, row } from './rows.mjs'

const NAME = 'meta.test'
const SLOW_MS = 1500
const TIMEOUT_MS = 5000

const ROWS = {
  slow: { what: `a look-up takes ${SLOW_MS / 1000} s: to connect and open a table`, goal: SLOW_MS + 1000 },
  process: {
    what: 'a silent name server: from the failure to connect to the end of the process',
    goal: 1000,
  },
  worker: { what: 'a silent name server: worker.terminate()', goal: 1000 },
}

export async function lookups(bench) {
  const measured = await inNamespace(import.meta.url, bench, asksNameServer())
  return Object.entries(ROWS).map(([name, { what, goal }]) => {
    if (measured === undefined) return leftOut(what, TAKES)
    const runs = measured[name]
    const failures = runs.filter(({ failed }) => failed).length
    return row({ what, unit: 'ms', runs: runs.map(({ ms }) => ms), goal: atMost(goal, 'ms'), failures })
  })
}

async function measure(bench) {
  const nameServer = await NameServer.start(SLOW_MS)
  const measured = { slow: await bench.repeat(3, () => connectSlowly(bench)) }
  nameServer.delayMs = undefined
  measured.process = await bench.repeat(3, () => endOf(bench, 'process'))
  measured.worker = await bench.repeat(3, () => endOf(bench, 'worker'))
  await nameServer.close()
  return measured
}

function connectSlowly(bench) {
  return bench.withCluster({}, (cluster) => {
    const [, port] = cluster.metaServers[0].split(':')
    const options = { metaServers: `${NAME}:${port}`, timeoutMs: TIMEOUT_MS }
    return bench.withClient(undefined, async (client) => {
      try {
        return { ...(await client.ask('open', { options, tables: [TABLE] })), failed: false }
      } catch {
        return { ms: TIMEOUT_MS, failed: true, isLate: true }
      }
    })
  })
}

/** Starts a program that asks the name server; it prints when the measured time starts, and for a worker its length. */
async function endOf({ packageFolder }, how) {
  const script = join(root, 'benches', 'outage', 'ends.mjs')
  const child = spawn(process.execPath, [script, packageFolder, NAME, how], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let printed = ''
  child.stdout.on('data', (text) => {
    printed += text
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`ends.mjs ended with ${code}`)
  const { startedAt, ms } = JSON.parse(printed)
  const took = ms ?? now() - startedAt
  return { ms: took, failed: false, isLate: took > TIMEOUT_MS }
}

await whenProgram(import.meta.url, measure)
