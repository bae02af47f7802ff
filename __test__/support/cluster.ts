import { after, before } from 'node:test'
import {
  type ClientOptions,
  LocalCluster,
  type LocalClusterOptions,
  PegasusClient,
  type Table,
} from 'pegasus-client'

/** The cluster and client that the tests of one file share. The fields are set when the tests run. */
export interface World {
  readonly cluster: LocalCluster
  readonly client: PegasusClient
  /** The table `temp`. */
  readonly table: Table
  /** Makes another client for one test, which must close it. */
  connect(options?: Partial<ClientOptions>): Promise<PegasusClient>
}

/** Starts a cluster and a client before the tests of a file, and stops them afterwards. `temp` has 8 partitions. */
export function world(options: LocalClusterOptions = {}): World {
  let cluster: LocalCluster
  let client: PegasusClient
  let table: Table
  const connect = (more: Partial<ClientOptions> = {}) =>
    PegasusClient.connect({ metaServers: cluster.metaServers, timeoutMs: 5000, ...more })

  before(async () => {
    cluster = await LocalCluster.start({ tables: { temp: 8 }, ...options })
    client = await connect()
    table = await client.openTable('temp')
  })
  after(async () => {
    await client?.close()
    await cluster?.stop()
  })
  return {
    get cluster() {
      return cluster
    },
    get client() {
      return client
    },
    get table() {
      return table
    },
    connect,
  }
}

let keys = 0

/** A hash key that no other test of the file uses. */
export function freshKey(what = 'key'): string {
  keys++
  return `${what}-${keys}`
}
