// A name server of a few lines: silent, or slow.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'

const HEADER_LENGTH = 12
const TYPE_A = 1
const ANSWER = 0x8180
/** The name of the question, by its place. */
const SAME_NAME = 0xc00c

/** Listens at port 53; answers each query after `delayMs` with 127.0.0.1, or never. */
export async function startResolver(host, delayMs) {
  const socket = createSocket('udp4')
  let isClosed = false
  socket.on('close', () => {
    isClosed = true
  })
  socket.on('message', (query, { port, address }) => {
    if (delayMs === undefined) return
    const answer = () => isClosed || socket.send(answerTo(query), port, address)
    setTimeout(answer, delayMs).unref()
  })
  socket.bind(53, host)
  await once(socket, 'listening')
  return socket
}

function answerTo(query) {
  const nameEnd = query.indexOf(0, HEADER_LENGTH) + 1
  const question = query.subarray(0, nameEnd + 4)
  const hasAddress = query.readUInt16BE(nameEnd) === TYPE_A
  const record = Buffer.alloc(16)
  record.writeUInt16BE(SAME_NAME, 0)
  record.writeUInt16BE(TYPE_A, 2)
  record.writeUInt16BE(1, 4)
  record.writeUInt16BE(4, 10)
  record.set([127, 0, 0, 1], 12)
  const answer = Buffer.concat(hasAddress ? [question, record] : [question])
  answer.writeUInt16BE(ANSWER, 2)
  answer.writeUInt16BE(hasAddress ? 1 : 0, 6)
  answer.fill(0, 8, HEADER_LENGTH)
  return answer
}
