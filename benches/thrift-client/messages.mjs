// Requests and answers, written and read as code of the thrift generator for JavaScript does.
//
// Pegasus declares its own types as empty structs and sends them as bare values: a blob is the type STRUCT, followed by
// a length and bytes.
import thrift from 'thrift'

const { Type, MessageType } = thrift.Thrift

export const HEADER_LENGTH = 48

/** Appends a request to `transport`: the header by hand, as in every client, the body through `protocol`. */
export function writeRequest(protocol, transport, header, name, sequenceId, writeArguments) {
  transport.reserve(HEADER_LENGTH)
  const offset = transport.pending
  transport.position += HEADER_LENGTH
  writeBody(protocol, name, sequenceId, writeArguments)
  // Looked up only now, as a long body moves the pending bytes to another chunk.
  const length = transport.pending - offset - HEADER_LENGTH
  writeHeader(transport.chunk, transport.at(offset), length, header)
}

export function writeBody(protocol, name, sequenceId, writeArguments) {
  protocol.writeMessageBegin(name, MessageType.CALL, sequenceId)
  writeArguments(protocol)
  protocol.writeFieldStop()
  protocol.writeMessageEnd()
}

export function writeHeader(bytes, at, bodyLength, { appId, partition, timeoutMs, hash }) {
  bytes.write('THFT', at, 'latin1')
  bytes.writeInt32BE(0, at + 4)
  bytes.writeInt32BE(HEADER_LENGTH, at + 8)
  bytes.writeInt32BE(0, at + 12)
  bytes.writeInt32BE(bodyLength, at + 16)
  bytes.writeInt32BE(0, at + 20)
  bytes.writeInt32BE(appId, at + 24)
  bytes.writeInt32BE(partition, at + 28)
  bytes.writeInt32BE(timeoutMs, at + 32)
  bytes.writeInt32BE((appId * 7919 + partition) | 0, at + 36)
  bytes.writeUInt32BE(hash.high, at + 40)
  bytes.writeUInt32BE(hash.low, at + 44)
}

/** Packs hash key and sort key: the length of the hash key comes first. */
export function encodeKey(hashKey, sortKey) {
  const key = Buffer.allocUnsafe(2 + hashKey.length + sortKey.length)
  key.writeUInt16BE(hashKey.length)
  key.set(hashKey, 2)
  key.set(sortKey, 2 + hashKey.length)
  return key
}

export function writeBlobArgument(protocol, bytes) {
  protocol.writeFieldBegin('key', Type.STRUCT, 1)
  protocol.writeBinary(bytes)
  protocol.writeFieldEnd()
}

export function writeUpdateRequest(protocol, { key, value, expireTsSeconds }) {
  protocol.writeFieldBegin('update', Type.STRUCT, 1)
  protocol.writeStructBegin('update_request')
  protocol.writeFieldBegin('key', Type.STRUCT, 1)
  protocol.writeBinary(key)
  protocol.writeFieldEnd()
  protocol.writeFieldBegin('value', Type.STRUCT, 2)
  protocol.writeBinary(value)
  protocol.writeFieldEnd()
  protocol.writeFieldBegin('expire_ts_seconds', Type.I32, 3)
  protocol.writeI32(expireTsSeconds)
  protocol.writeFieldEnd()
  protocol.writeFieldStop()
  protocol.writeStructEnd()
  protocol.writeFieldEnd()
}

/** Reads the only field of an answer, which contains its value. */
export function readResult(protocol, readValue) {
  const { ftype } = protocol.readFieldBegin()
  if (ftype === Type.STOP) throw new Error('the answer has no value')
  return readValue(protocol)
}

export function readReadResponse(protocol) {
  const response = { error: 0, value: null, appId: 0, partitionIndex: 0, server: '' }
  protocol.readStructBegin()
  for (;;) {
    const { ftype, fid } = protocol.readFieldBegin()
    if (ftype === Type.STOP) break
    switch (fid) {
      case 1:
        response.error = protocol.readI32()
        break
      case 2:
        response.value = protocol.readBinary()
        break
      case 3:
        response.appId = protocol.readI32()
        break
      case 4:
        response.partitionIndex = protocol.readI32()
        break
      case 6:
        response.server = protocol.readString()
        break
      default:
        protocol.skip(ftype)
    }
    protocol.readFieldEnd()
  }
  protocol.readStructEnd()
  return response
}

export function readUpdateResponse(protocol) {
  const response = { error: 0, appId: 0, partitionIndex: 0, decree: null, server: '' }
  protocol.readStructBegin()
  for (;;) {
    const { ftype, fid } = protocol.readFieldBegin()
    if (ftype === Type.STOP) break
    switch (fid) {
      case 1:
        response.error = protocol.readI32()
        break
      case 2:
        response.appId = protocol.readI32()
        break
      case 3:
        response.partitionIndex = protocol.readI32()
        break
      case 4:
        response.decree = protocol.readI64()
        break
      case 5:
        response.server = protocol.readString()
        break
      default:
        protocol.skip(ftype)
    }
    protocol.readFieldEnd()
  }
  protocol.readStructEnd()
  return response
}
