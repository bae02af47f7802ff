// What the measurements of outages share: clusters, clients in processes of their own, and repetitions.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { root } from '../../scripts/run.mjs'
import { Peer } from '../processes/peer.mjs'

/** The cluster is always the one of this tree, whichever package is measured. */
const { LocalCluster } = createRequire(import.meta.url)('../..')

const PARTITIONS = 8
export const TABLE = 'bench'

export class Bench {
  /** `packageFolder`: the package that is measured. `isQuick`: a smoke run, small and once. */
  constructor({ packageFolder = root, isQuick = false } = {}) {
    this.packageFolder = packageFolder
    this.isQuick = isQuick
  }

  /** `many` times in a real run, `few` in a smoke run. */
  size(many, few) {
    return this.isQuick ? few : many
  }

  /** Measures several times and returns the results in a list. One that was given up (`isLate`) is not repeated. */
  async repeat(times, once) {
    const results = []
    for (let round = 0; round < this.size(times, 1) && !results.at(-1)?.isLate; round++) {
      results.push(await once(round))
    }
    return results
  }

  /** Runs `work` with a local cluster of three replica servers. */
  async withCluster(options, work) {
    const cluster = await LocalCluster.start({ tables: { [TABLE]: PARTITIONS }, ...options })
    try {
      return await work(cluster)
    } finally {
      await cluster.stop()
    }
  }

  /** Runs `work` with a client; a process that does not end by itself is killed. */
  async withClient(opened, work, nodeOptions) {
    const client = await this.startClient(nodeOptions)
    try {
      if (opened !== undefined) await client.ask('open', opened)
      return await work(client)
    } finally {
      await Promise.race([client.end(), sleep(5000, undefined, { ref: false })])
      await client.kill()
    }
  }

  startClient(nodeOptions = []) {
    const script = join(root, 'benches', 'outage', 'client.mjs')
    const args = [...nodeOptions, script, this.packageFolder]
    return Peer.start({ title: 'client', program: process.execPath, args })
  }

  /** Both at once: a cluster, and a client that has its table open. */
  withBoth({ cluster: clusterOptions, options, tableOptions, tables = [TABLE] }, work) {
    return this.withCluster(clusterOptions, (cluster) => {
      const opened = { options: { metaServers: cluster.metaServers, ...options }, tables, tableOptions }
      return this.withClient(opened, (client) => work(cluster, client))
    })
  }
}

/** Calls whose partitions cover the whole table, so that all connections are made. */
export async function warm(client, work = 'get') {
  for (let index = 0; index < 4 * PARTITIONS; index++) {
    await client.ask('call', { work, key: `key-${index}`, options: { timeoutMs: 5000 } })
  }
}

/** Waits until `isTrue` is, looking again each 2 ms. */
export async function until(isTrue) {
  while (!(await isTrue())) await sleep(2)
}

/** A rule without effect, whose `hits` count the requests that come. */
export function countRequests(cluster, rule) {
  return cluster.addFault({ ...rule, reaction: { delayMs: 0 } })
}

/** The most events within any second; `times` in milliseconds, ascending. */
export function mostInASecond(times) {
  let most = 0
  for (let first = 0, last = 0; last < times.length; last++) {
    while (times[last] - times[first] >= 1000) first++
    most = Math.max(most, last - first + 1)
  }
  return most
}
