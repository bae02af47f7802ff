// One socket to one server: requests by sequence id, each with its timer.
import { connect } from 'node:net'
import thrift from 'thrift'
import { readResult, writeRequest } from './messages.mjs'
import { ReadTransport, WriteTransport } from './transport.mjs'

const { TBinaryProtocol } = thrift
const MAX_SEQUENCE_ID = 2 ** 31 - 1

export class RpcError extends Error {
  constructor(code) {
    super(code)
    this.code = code
  }
}

export class Connection {
  #socket
  #pending = new Map()
  #sequenceId = 0
  #input = new ReadTransport()
  #reader = new TBinaryProtocol(this.#input)
  #output = new WriteTransport()
  #writer = new TBinaryProtocol(this.#output)
  #isFlushQueued = false
  isClosed = false

  constructor({ host, port }) {
    this.#socket = connect({ host, port, noDelay: true })
    this.#socket.on('data', (bytes) => this.#onData(bytes))
    this.#socket.on('error', () => this.#end())
    this.#socket.on('close', () => this.#end())
  }

  /** Sends a request; the promise has what `readValue` makes of the answer. */
  call(name, header, writeArguments, readValue) {
    return new Promise((resolve, reject) => {
      if (this.isClosed) throw new RpcError('ERR_SESSION_RESET')
      this.#sequenceId = this.#sequenceId === MAX_SEQUENCE_ID ? 1 : this.#sequenceId + 1
      const sequenceId = this.#sequenceId
      const timer = setTimeout(() => this.#onTimeout(sequenceId), header.timeoutMs)
      this.#pending.set(sequenceId, { resolve, reject, timer, readValue })
      writeRequest(this.#writer, this.#output, header, name, sequenceId, writeArguments)
      if (this.#isFlushQueued) return
      // After all that the answers of this turn have set off: one write for all of it.
      this.#isFlushQueued = true
      process.nextTick(() => this.#flush())
    })
  }

  close() {
    this.#socket.destroy()
  }

  #flush() {
    this.#isFlushQueued = false
    if (this.#output.pending > 0) this.#socket.write(this.#output.take())
  }

  #onTimeout(sequenceId) {
    const { reject } = this.#pending.get(sequenceId)
    this.#pending.delete(sequenceId)
    reject(new RpcError('ERR_TIMEOUT'))
  }

  #onData(bytes) {
    const input = this.#input
    input.append(bytes)
    while (input.left >= 4) {
      const length = input.bytes.readInt32BE(input.position)
      if (input.left < length) return
      const end = input.position + length
      input.position += 4
      this.#onFrame()
      input.position = end
    }
  }

  #onFrame() {
    const error = this.#reader.readString()
    const { rseqid } = this.#reader.readMessageBegin()
    const request = this.#pending.get(rseqid)
    // It timed out.
    if (request === undefined) return
    this.#pending.delete(rseqid)
    clearTimeout(request.timer)
    if (error !== 'ERR_OK') {
      request.reject(new RpcError(error))
      return
    }
    try {
      request.resolve(readResult(this.#reader, request.readValue))
    } catch (failure) {
      request.reject(failure)
    }
  }

  #end() {
    this.isClosed = true
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer)
      reject(new RpcError('ERR_SESSION_RESET'))
    }
    this.#pending.clear()
  }
}
