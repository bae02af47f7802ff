// Calls after a time without any, through a NAT that has forgotten the connections: what the client sends on them
// vanishes. (The kernel still answers keepalive probes there, which a NAT would not: so probes do not help here.)
import { setTimeout as sleep } from 'node:timers/promises'
import { metaAnswers, replicaAnswers } from '../scripted/roles.mjs'
import { now, ScriptedServer } from '../scripted/server.mjs'
import { partitionsOn } from '../scripted/tables.mjs'
import { atMost, row } from './rows.mjs'

const IDLE_MS = 31_000
const TIMEOUT_MS = 5000
const WORKS = ['get', 'incr']

/** Makes connections and leaves them idle; returns a function that measures, when they have been idle for long enough. */
export async function beginIdle(bench) {
  const replica = await new ScriptedServer(replicaAnswers()).listen()
  const table = { appId: 1, partitions: partitionsOn([replica], 8) }
  const meta = await new ScriptedServer(metaAnswers({ table })).listen()
  const client = await bench.startClient()
  const names = WORKS.flatMap((work) =>
    Array.from({ length: bench.size(3, 1) }, (_, index) => `${work} ${index}`),
  )
  for (const name of names) {
    await client.ask('open', { name, options: { metaServers: meta.address }, tables: ['table'] })
    await client.ask('call', { name, work: 'get' })
  }
  const idleSince = now()
  return async () => {
    await sleep(Math.max(0, idleSince + bench.size(IDLE_MS, 200) - now()))
    for (const server of [meta, replica]) server.forget()
    const outcomes = []
    for (const name of names) outcomes.push(await callAfter(client, name, bench.size(TIMEOUT_MS, 500)))
    await client.end()
    for (const server of [meta, replica]) await server.close()
    return WORKS.map((work) => rowOf(work, outcomes))
  }
}

function callAfter(client, name, timeoutMs) {
  const [work] = name.split(' ')
  return client.ask('call', { name, work, options: { timeoutMs } })
}

function rowOf(work, outcomes) {
  const own = outcomes.filter((outcome) => outcome.work === work)
  return row({
    what: `the first ${work} after 31 s without any, the NAT has forgotten the connection: until it is answered`,
    unit: 'ms',
    runs: own.map(({ ms }) => ms),
    goal: atMost(TIMEOUT_MS, 'ms'),
    failures: own.filter(({ code }) => code !== undefined).length,
    note: 'a call that fails counts with its deadline of 5 s',
  })
}
