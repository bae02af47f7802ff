// Writes requests to a socket and reads answers from it, with transports that copy as little as possible.
import thrift from 'thrift'
import { writeRequest } from './messages.mjs'
import { ReadTransport, WriteTransport } from './transport.mjs'

const { TBinaryProtocol } = thrift

export class Wire {
  #socket
  #onAnswer
  #input = new ReadTransport()
  #reader = new TBinaryProtocol(this.#input)
  #output = new WriteTransport()
  #writer = new TBinaryProtocol(this.#output)
  #isFlushQueued = false

  /** `onAnswer` is called with the protocol at the start of each answer, after its length. */
  constructor(socket, onAnswer) {
    this.#socket = socket
    this.#onAnswer = onAnswer
    socket.on('data', (bytes) => this.#receive(bytes))
  }

  send(header, name, sequenceId, writeArguments) {
    writeRequest(this.#writer, this.#output, header, name, sequenceId, writeArguments)
    if (this.#isFlushQueued) return
    // After all requests that the answers of this turn have caused, so that one write sends all of them.
    this.#isFlushQueued = true
    process.nextTick(() => this.#flush())
  }

  #flush() {
    this.#isFlushQueued = false
    this.#socket.write(this.#output.take())
  }

  #receive(bytes) {
    const input = this.#input
    input.append(bytes)
    while (input.left >= 4) {
      const length = input.bytes.readInt32BE(input.position)
      if (input.left < length) return
      const end = input.position + length
      input.position += 4
      this.#onAnswer(this.#reader)
      input.position = end
    }
  }
}
