// The locations of the partitions of a table. They are read once, so generic tables of fields are fast enough.
import thrift from 'thrift'

const { Type } = thrift.Thrift

export function writeQueryConfigRequest(protocol, name) {
  protocol.writeFieldBegin('query', Type.STRUCT, 1)
  protocol.writeStructBegin('query_cfg_request')
  protocol.writeFieldBegin('app_name', Type.STRING, 1)
  protocol.writeString(name)
  protocol.writeFieldEnd()
  protocol.writeFieldBegin('partition_indices', Type.LIST, 2)
  protocol.writeListBegin(Type.I32, 0)
  protocol.writeListEnd()
  protocol.writeFieldEnd()
  protocol.writeFieldStop()
  protocol.writeStructEnd()
  protocol.writeFieldEnd()
}

/** `fields` has the name and the reader of each field, by number. Other fields are skipped. */
function readStruct(protocol, fields) {
  const struct = {}
  protocol.readStructBegin()
  for (;;) {
    const { ftype, fid } = protocol.readFieldBegin()
    if (ftype === Type.STOP) break
    const field = fields[fid]
    if (field === undefined) protocol.skip(ftype)
    else struct[field.name] = field.read(protocol)
    protocol.readFieldEnd()
  }
  protocol.readStructEnd()
  return struct
}

const i32 = (protocol) => protocol.readI32()
const string = (protocol) => protocol.readString()

const listOf = (read) => (protocol) => {
  const { size } = protocol.readListBegin()
  const list = Array.from({ length: size }, () => read(protocol))
  protocol.readListEnd()
  return list
}

/** An IPv4 address and a port, packed into 64 bits. */
function rpcAddress(protocol) {
  const { buffer } = protocol.readI64()
  return { host: buffer.subarray(0, 4).join('.'), port: buffer.readUInt16BE(4) }
}

/** A host name and a port. It is read only because it cannot be skipped: its declared type is wrong. */
function hostPort(protocol) {
  const host = protocol.readString()
  const port = protocol.readI16() & 0xffff
  protocol.readByte()
  return { host, port }
}

const PARTITION_CONFIGURATION = {
  1: { name: 'index', read: (protocol) => protocol.readI64().buffer.readInt32BE(0) },
  4: { name: 'primary', read: rpcAddress },
  5: { name: 'secondaries', read: listOf(rpcAddress) },
  6: { name: 'lastDrops', read: listOf(rpcAddress) },
  9: { name: 'hpPrimary', read: hostPort },
  10: { name: 'hpSecondaries', read: listOf(hostPort) },
  11: { name: 'hpLastDrops', read: listOf(hostPort) },
}

const QUERY_CONFIG_RESPONSE = {
  1: { name: 'error', read: string },
  2: { name: 'appId', read: i32 },
  5: { name: 'partitions', read: listOf((protocol) => readStruct(protocol, PARTITION_CONFIGURATION)) },
}

export function readQueryConfigResponse(protocol) {
  return readStruct(protocol, QUERY_CONFIG_RESPONSE)
}
