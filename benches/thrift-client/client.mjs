// A substitute for the old JavaScript client, which this package is compared with: plain JavaScript on the `thrift`
// package and `net`. It sends the same bytes to the same servers.
//
// It is what a good engineer would write today, not the published client, so that the comparison is fair:
//
// * The protocol is the package's TBinaryProtocol. It runs on the package's own TBufferedTransport
//   (`packaged-wire.mjs`) or on transports that copy as little as possible (`wire.mjs`). Both are measured.
// * All requests of one turn of the event loop leave in one write; Nagle's algorithm is off.
// * A request costs one promise, one entry of a Map and one setTimeout. The published client makes an
//   EventEmitter of each and logs about it.
// * The hash is computed in halves of 32 bits; the published client computes with Long objects.
// * Like any client it has a deadline for each operation and a route for each partition. It asks for the routes again
//   and repeats the attempt when a server answers that it is not the primary.
import { setTimeout as sleep } from 'node:timers/promises'
import { readQueryConfigResponse, writeQueryConfigRequest } from './config-messages.mjs'
import { Connection, RpcError } from './connection.mjs'
import { crc64, partitionIndex } from './crc64.mjs'
import {
  encodeKey,
  readReadResponse,
  readUpdateResponse,
  writeBlobArgument,
  writeUpdateRequest,
} from './messages.mjs'

const TIMEOUT_MS = 2000
/** Seconds from 1970 to 2016, the epoch of expiry times. */
const EPOCH = 1451606400
const NOT_FOUND = 1
const PAUSE_MS = 10
const STALE = new Set(['ERR_OBJECT_NOT_FOUND', 'ERR_INVALID_STATE', 'ERR_SESSION_RESET'])
const NO_HASH = { high: 0, low: 0 }

export class ThriftClient {
  #metaServers
  #WireClass
  #connections = new Map()

  /** `WireClass`: `Wire`, or `PackagedWire` for the transport of the package. */
  constructor({ metaServers, WireClass }) {
    this.#metaServers = metaServers
    this.#WireClass = WireClass
  }

  async openTable(name) {
    const table = new ThriftTable(this, name)
    await table.refresh()
    return table
  }

  /** The connection to a server, shared by all partitions that it serves. */
  connection({ host, port }) {
    const address = `${host}:${port}`
    const known = this.#connections.get(address)
    if (known !== undefined && !known.isClosed) return known
    const connection = new Connection({ host, port }, this.#WireClass)
    this.#connections.set(address, connection)
    return connection
  }

  async queryConfig(name) {
    const header = { appId: 0, partition: 0, timeoutMs: TIMEOUT_MS, hash: NO_HASH }
    let failure
    for (const address of this.#metaServers) {
      const [host, port] = address.split(':')
      const write = (protocol) => writeQueryConfigRequest(protocol, name)
      try {
        const meta = this.connection({ host, port: Number(port) })
        const answer = await meta.call(
          'RPC_CM_QUERY_PARTITION_CONFIG_BY_INDEX',
          header,
          write,
          readQueryConfigResponse,
        )
        if (answer.error === 'ERR_OK') return answer
        failure = new RpcError(answer.error)
      } catch (error) {
        failure = error
      }
    }
    throw failure
  }

  close() {
    for (const connection of this.#connections.values()) connection.close()
  }
}

class ThriftTable {
  #client
  #name
  #appId = 0
  /** The connection to the primary, by partition. */
  #primaries = []

  constructor(client, name) {
    this.#client = client
    this.#name = name
  }

  async refresh() {
    const { appId, partitions } = await this.#client.queryConfig(this.#name)
    this.#appId = appId
    this.#primaries = new Array(partitions.length)
    for (const { index, primary } of partitions) this.#primaries[index] = this.#client.connection(primary)
  }

  /** Reads a value; `null` if there is no such row. */
  async get(hashKey, sortKey) {
    const key = encodeKey(hashKey, sortKey)
    const write = (protocol) => writeBlobArgument(protocol, key)
    const { error, value } = await this.#execute('RPC_RRDB_RRDB_GET', hashKey, write, readReadResponse)
    if (error === NOT_FOUND) return null
    if (error !== 0) throw new RpcError(`storage error ${error}`)
    return value
  }

  async set(hashKey, sortKey, value, ttlSeconds = 0) {
    const key = encodeKey(hashKey, sortKey)
    const expireTsSeconds = ttlSeconds === 0 ? 0 : Math.floor(Date.now() / 1000) - EPOCH + ttlSeconds
    const write = (protocol) => writeUpdateRequest(protocol, { key, value, expireTsSeconds })
    const { error } = await this.#execute('RPC_RRDB_RRDB_PUT', hashKey, write, readUpdateResponse)
    if (error !== 0) throw new RpcError(`storage error ${error}`)
  }

  async #execute(name, hashKey, write, readValue) {
    const hash = crc64(hashKey)
    const deadline = performance.now() + TIMEOUT_MS
    let timeoutMs = TIMEOUT_MS
    for (;;) {
      const partition = partitionIndex(hash, this.#primaries.length)
      const header = { appId: this.#appId, partition, timeoutMs, hash }
      try {
        return await this.#primaries[partition].call(name, header, write, readValue)
      } catch (error) {
        timeoutMs = Math.floor(deadline - performance.now())
        if (!STALE.has(error.code) || timeoutMs <= 0) throw error
        await sleep(PAUSE_MS)
        await this.refresh()
      }
    }
  }
}
