// What a scripted meta server and a scripted replica server answer.
import { address, answer, i32, i64, list, struct, tableOf, text } from './wire.mjs'

const QUERY = 'RPC_CM_QUERY_PARTITION_CONFIG_BY_INDEX'
const REPLICAS = 3

/**
 * A meta server that knows `tables`: for each name its app id and, for each partition, the servers with the primary
 * first. The bytes of an answer are made once, so that the time of a query is the client's.
 */
export function metaAnswers(tables) {
  const known = new Map(Object.entries(tables).map(([name, table]) => [name, configurations(table)]))
  return (request) => {
    if (request.name !== QUERY) return answer(request, 'ERR_HANDLER_NOT_FOUND')
    const value = known.get(tableOf(request)) ?? unknownTable()
    return answer(request, 'ERR_OK', value)
  }
}

function configurations({ appId, partitions }) {
  return struct(
    ['struct', 1, text('ERR_OK')],
    ['i32', 2, i32(appId)],
    ['i32', 3, i32(partitions.length)],
    ['bool', 4, Buffer.of(1)],
    ['list', 5, list(partitions.map((servers, index) => configuration(appId, index, servers)))],
  )
}

function unknownTable() {
  return struct(
    ['struct', 1, text('ERR_OBJECT_NOT_FOUND')],
    ['i32', 2, i32(0)],
    ['i32', 3, i32(0)],
    ['bool', 4, Buffer.of(0)],
    ['list', 5, list([])],
  )
}

function configuration(appId, index, [primary, ...secondaries]) {
  return struct(
    ['struct', 1, Buffer.concat([i32(index), i32(appId)])],
    ['i64', 2, i64(3)],
    ['i32', 3, i32(REPLICAS)],
    ['struct', 4, address(primary)],
    ['list', 5, list(secondaries.map(address))],
    ['list', 6, list([])],
    ['i64', 7, i64(0)],
    ['i32', 8, i32(0)],
  )
}

/** A replica server with one value for every key. */
export function replicaAnswers({ appId = 1 } = {}) {
  const place = (id) => [
    ['i32', id, i32(appId)],
    ['i32', id + 1, i32(0)],
  ]
  const server = ['text', 6, text('127.0.0.1:34801')]
  const values = {
    RPC_RRDB_RRDB_GET: struct(['i32', 1, i32(0)], ['struct', 2, text('value')], ...place(3), server),
    RPC_RRDB_RRDB_PUT: struct(['i32', 1, i32(0)], ...place(2), ['i64', 4, i64(7)], ['text', 5, text('')]),
    RPC_RRDB_RRDB_INCR: struct(
      ['i32', 1, i32(0)],
      ['i64', 2, i64(1)],
      ...place(3),
      ['i64', 5, i64(7)],
      server,
    ),
  }
  return (request) => {
    const value = values[request.name]
    return value === undefined ? answer(request, 'ERR_HANDLER_NOT_FOUND') : answer(request, 'ERR_OK', value)
  }
}
