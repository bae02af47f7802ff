// The load of a soak: what a service does in months, in minutes. It mixes operations, opens and closes clients, leaves
// scans, aborts calls, and stops and freezes servers.

import { setTimeout as sleep } from 'node:timers/promises'
import { PegasusClient, PegasusError, type Table } from 'pegasus-client'
import { Random } from '../../__test__/support/random'
import type { ClusterProcess } from './cluster'

const TABLE = 'soak'
const WORKERS = 8
const HASH_KEYS = 40
const SORT_KEYS = 25
/** Small values share a slab of memory; large ones have a Buffer of their own. */
const VALUES = [10, 100, 1000, 5000, 60_000].map((length) => Buffer.alloc(length, 'v'))

export interface Counts {
  operations: number
  failed: number
  clients: number
  aborted: number
  scansLeft: number
  outages: number
}

export class Load {
  readonly counts: Counts = { operations: 0, failed: 0, clients: 0, aborted: 0, scansLeft: 0, outages: 0 }
  readonly #cluster: ClusterProcess
  readonly #random: Random
  readonly #signal: AbortSignal
  /** How many calls are in flight. */
  #running = 0
  #resumed = Promise.resolve()

  constructor(cluster: ClusterProcess, seed: number, signal: AbortSignal) {
    this.#cluster = cluster
    this.#random = new Random(seed)
    this.#signal = signal
  }

  /** Runs until the signal, then waits for the calls in flight. */
  async run(): Promise<void> {
    const client = await this.#connect()
    const table = await client.openTable(TABLE)
    const workers = Array.from({ length: WORKERS }, () => this.#work(table, this.#random.fork()))
    await Promise.all([...workers, this.#comeAndGo(), this.#breakServers()])
    await client.close()
  }

  /** Runs `look` while no call is in flight: what the process holds then is not in use by a call. */
  async quietly<T>(look: () => Promise<T>): Promise<T> {
    let resume = () => {}
    this.#resumed = new Promise((resolve) => {
      resume = resolve
    })
    while (this.#running > 0) await sleep(5)
    const seen = await look()
    resume()
    return seen
  }

  #connect(): Promise<PegasusClient> {
    this.counts.clients++
    return PegasusClient.connect({ metaServers: this.#cluster.metaServers, sessionResetMs: 800 })
  }

  async #work(table: Table, random: Random): Promise<void> {
    while (!this.#signal.aborted) await this.#call(() => this.#operation(table, random))
  }

  /** Counts a call. It may fail with a {@link PegasusError}, as servers are broken; any other error ends the soak. */
  async #call(run: () => Promise<unknown>): Promise<void> {
    await this.#resumed
    this.counts.operations++
    this.#running++
    try {
      await run()
    } catch (error) {
      if (error === ABORTED) this.counts.aborted++
      else if (error instanceof PegasusError) this.counts.failed++
      else throw error
    } finally {
      this.#running--
    }
  }

  #operation(table: Table, random: Random): Promise<unknown> {
    const hashKey = `hash-${random.integer(0, HASH_KEYS)}`
    const sortKey = () => `sort-${random.integer(0, SORT_KEYS)}`
    const value = random.of(VALUES)
    switch (random.integer(0, 12)) {
      case 0:
      case 1:
        return table.set(hashKey, sortKey(), value, { ttlSeconds: random.integer(0, 2) * 60 })
      case 2:
        return table.multiSet(hashKey, [
          [sortKey(), value],
          [sortKey(), 'small'],
        ])
      case 3:
        return table.multiGet(hashKey, null)
      case 4:
        return table.incr('counters', hashKey, 1)
      case 5:
        return table.compareExchange(hashKey, 'flag', null, value)
      case 6:
        return table.batchGet(Array.from({ length: 20 }, () => [hashKey, sortKey()] as const))
      case 7:
        return table.batchSet([
          [hashKey, sortKey(), value],
          ['other', sortKey(), value],
        ])
      case 8:
        return this.#scan(table, random)
      case 9:
        return abortedSoon(random, (signal) => table.multiGet(hashKey, null, { signal }))
      case 10:
        return table.multiDel(hashKey, [sortKey(), sortKey(), sortKey()])
      default:
        return table.get(hashKey, sortKey())
    }
  }

  /** Scans the table; leaves half of the scans after some rows. */
  async #scan(table: Table, random: Random): Promise<void> {
    let left = random.coin() ? random.integer(1, 60) : Number.POSITIVE_INFINITY
    const [scanner] = table.getUnorderedScanners(1, { batchSize: 50, timeoutMs: 1000 })
    if (scanner === undefined) return
    for await (const _ of scanner) {
      left--
      if (left > 0) continue
      this.counts.scansLeft++
      break
    }
  }

  /** Opens and closes clients; some operations are in flight when their client is closed. */
  async #comeAndGo(): Promise<void> {
    const random = this.#random.fork()
    while (!this.#signal.aborted) {
      await this.#call(async () => {
        const client = await this.#connect()
        const working = client.openTable(TABLE).then((table) => {
          return Promise.allSettled(Array.from({ length: 5 }, () => this.#operation(table, random)))
        })
        await Promise.allSettled([random.coin() ? working : undefined])
        await client.close()
        await working
      })
      await sleep(random.integer(0, 60))
    }
  }

  async #breakServers(): Promise<void> {
    const random = this.#random.fork()
    const servers = [...this.#cluster.replicaServers, ...this.#cluster.metaServers]
    while (!this.#signal.aborted) {
      await this.#rest(random.integer(500, 3000))
      const server = random.of(servers)
      const [breaks, mends] = random.coin()
        ? (['stopServer', 'startServer'] as const)
        : (['freezeServer', 'healServer'] as const)
      await this.#cluster.command(breaks, server)
      this.counts.outages++
      await this.#rest(random.integer(100, 1500))
      await this.#cluster.command(mends, server)
    }
  }

  async #rest(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#signal }).catch((error: unknown) => {
      if (!this.#signal.aborted) throw error
    })
  }
}

const ABORTED = new Error('aborted by the soak')

async function abortedSoon(random: Random, run: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
  const aborts = new AbortController()
  const timer = setTimeout(() => aborts.abort(ABORTED), random.integer(0, 3))
  try {
    await run(aborts.signal)
  } finally {
    clearTimeout(timer)
  }
}
