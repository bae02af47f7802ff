// One connection to one server. It keeps requests by sequence id, each with a timer.
import { connect } from 'node:net'
import { readResult } from './messages.mjs'

const MAX_SEQUENCE_ID = 2 ** 31 - 1

export class RpcError extends Error {
  constructor(code) {
    super(code)
    this.code = code
  }
}

export class Connection {
  #socket
  #wire
  #pending = new Map()
  #sequenceId = 0
  #isClosed = false

  get isClosed() {
    return this.#isClosed
  }

  /** `WireClass` reads and writes the socket. */
  constructor({ host, port }, WireClass) {
    this.#socket = connect({ host, port, noDelay: true })
    this.#socket.on('error', () => this.#end())
    this.#socket.on('close', () => this.#end())
    this.#wire = new WireClass(this.#socket, (protocol) => this.#settle(protocol))
  }

  /** Sends a request; the promise is settled with the value that `readValue` reads from the answer. */
  call(name, header, writeArguments, readValue) {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) throw new RpcError('ERR_SESSION_RESET')
      this.#sequenceId = this.#sequenceId === MAX_SEQUENCE_ID ? 1 : this.#sequenceId + 1
      const sequenceId = this.#sequenceId
      const timer = setTimeout(() => this.#expire(sequenceId), header.timeoutMs)
      this.#pending.set(sequenceId, { resolve, reject, timer, readValue })
      this.#wire.send(header, name, sequenceId, writeArguments)
    })
  }

  close() {
    this.#socket.destroy()
  }

  #expire(sequenceId) {
    const { reject } = this.#pending.get(sequenceId)
    this.#pending.delete(sequenceId)
    reject(new RpcError('ERR_TIMEOUT'))
  }

  #settle(protocol) {
    const error = protocol.readString()
    const { rseqid } = protocol.readMessageBegin()
    const request = this.#pending.get(rseqid)
    // The request has timed out.
    if (request === undefined) return
    this.#pending.delete(rseqid)
    clearTimeout(request.timer)
    if (error !== 'ERR_OK') {
      request.reject(new RpcError(error))
      return
    }
    try {
      request.resolve(readResult(protocol, request.readValue))
    } catch (failure) {
      request.reject(failure)
    }
  }

  #end() {
    this.#isClosed = true
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer)
      reject(new RpcError('ERR_SESSION_RESET'))
    }
    this.#pending.clear()
  }
}
