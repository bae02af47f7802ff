// A name server of a few lines: prompt, slow, or silent. It runs in a namespace in which look-ups ask it.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { existsSync } from 'node:fs'

const HOST = '127.0.0.53'
const PORT = 53
const NAME_SERVICES = '/etc/nsswitch.conf'

const HEADER_LENGTH = 12
const TYPE_A = 1
const ANSWER = 0x8180
/** The name of the question, by its place. */
const SAME_NAME = 0xc00c

/**
 * How the namespace differs: with `withNamespace`, look-ups of its programs ask the name server that one of them
 * starts, and nobody else. `options` is a line of resolv.conf: how long and how often they ask.
 */
export function asksNameServer({ options = '' } = {}) {
  const files = { '/etc/resolv.conf': `nameserver ${HOST}\n${options}\n` }
  if (existsSync(NAME_SERVICES)) files[NAME_SERVICES] = 'hosts: files dns\n'
  return { files, hasNetwork: true }
}

/** Says that every name has the address 127.0.0.1. It does not keep its process alive. */
export class NameServer {
  /**
   * How late it answers, in milliseconds; `undefined`: it is silent.
   *
   * @type {number | undefined}
   */
  delayMs = 0
  /** How many queries for IPv4 addresses have come: one for each look-up, and one each time that it asks again. */
  lookUps = 0
  /** How many of them came while it was slow or silent. */
  disturbed = 0
  #socket = createSocket('udp4')
  #isClosed = false

  /**
   * @param {number} [delayMs]
   * @returns {Promise<NameServer>}
   */
  static async start(delayMs) {
    const server = new NameServer()
    server.delayMs = delayMs
    server.#socket.on('message', (query, sender) => server.#answer(query, sender))
    server.#socket.bind(PORT, HOST)
    await once(server.#socket, 'listening')
    server.#socket.unref()
    return server
  }

  /** Waits for the next query. */
  async asked() {
    await once(this.#socket, 'message')
  }

  async close() {
    this.#isClosed = true
    const closed = once(this.#socket, 'close')
    this.#socket.close()
    await closed
  }

  #answer(query, { port, address }) {
    const { delayMs } = this
    const answer = answerTo(query)
    if (answer.hasAddress) {
      this.lookUps++
      if (delayMs !== 0) this.disturbed++
    }
    if (delayMs === undefined) return
    const send = () => this.#isClosed || this.#socket.send(answer.bytes, port, address)
    if (delayMs === 0) send()
    else setTimeout(send, delayMs).unref()
  }
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
  const bytes = Buffer.concat(hasAddress ? [question, record] : [question])
  bytes.writeUInt16BE(ANSWER, 2)
  bytes.writeUInt16BE(hasAddress ? 1 : 0, 6)
  bytes.fill(0, 8, HEADER_LENGTH)
  return { bytes, hasAddress }
}
