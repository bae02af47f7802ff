// Frames as a server sees them: requests are taken apart only as far as a scripted server needs, answers are whole.

const V0_LENGTH = 48
const V1_LENGTH = 16
const REPLY = 0x80010002
/** The types of thrift that answers need. */
const STRUCT = 12

/** Takes one request off the front of `bytes`; `undefined`: it has not arrived completely. */
export function takeRequest(bytes) {
  if (bytes.length < V1_LENGTH) return undefined
  if (bytes.toString('latin1', 0, 4) !== 'THFT') throw new Error('this is no request of a Pegasus client')
  const isV0 = bytes.readUInt32BE(4) === 0
  if (isV0 && bytes.length < V0_LENGTH) return undefined
  const start = isV0 ? V0_LENGTH : V1_LENGTH + bytes.readUInt32BE(8)
  const length = start + bytes.readUInt32BE(isV0 ? 16 : 12)
  if (bytes.length < length) return undefined
  return { length, ...readBody(bytes.subarray(start, length)) }
}

/** `argument`: the value of the only field, a struct. */
function readBody(body) {
  const nameEnd = 8 + body.readUInt32BE(4)
  const name = body.toString('latin1', 8, nameEnd)
  return { name, sequenceId: body.readInt32BE(nameEnd), argument: body.subarray(nameEnd + 7) }
}

/** The table's name in a query for the partitions of a table. */
export function tableOf({ argument }) {
  return argument.toString('utf8', 7, 7 + argument.readUInt32BE(3))
}

/** A complete answer to a request; without `value`, only the error in the header. */
export function answer({ name, sequenceId }, error, value) {
  const head = [text(error), i32(REPLY), text(`${name}_ACK`), i32(sequenceId)]
  const body = value === undefined ? [] : [field(STRUCT, 0), value, STOP]
  const length = [...head, ...body].reduce((sum, part) => sum + part.length, 4)
  return Buffer.concat([i32(length), ...head, ...body], length)
}

const STOP = Buffer.of(0)

/** A struct: `[type, id, value]` for each field. */
export function struct(...fields) {
  return Buffer.concat([...fields.flatMap(([type, id, value]) => [field(TYPES[type], id), value]), STOP])
}

const TYPES = { bool: 2, i32: 8, i64: 10, text: 11, struct: STRUCT, list: 15 }

function field(type, id) {
  const bytes = Buffer.alloc(3)
  bytes.writeUInt8(type)
  bytes.writeUInt16BE(id, 1)
  return bytes
}

export function i32(value) {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value | 0)
  return bytes
}

export function i64(value) {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(BigInt(value))
  return bytes
}

export function text(value) {
  const bytes = Buffer.from(value)
  return Buffer.concat([i32(bytes.length), bytes])
}

/** A list of structs, each already encoded. */
export function list(values) {
  return Buffer.concat([Buffer.of(STRUCT), i32(values.length), ...values])
}

/** The address of a server as eight bytes: IPv4 address, port, and 1 for "an IPv4 address". */
export function address({ host, port }) {
  const bytes = Buffer.from([...host.split('.').map(Number), 0, 0, 0, 1])
  bytes.writeUInt16BE(port, 4)
  return bytes
}
