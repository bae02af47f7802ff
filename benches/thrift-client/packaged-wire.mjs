// Writes requests to a socket and reads answers from it, with the transport of the `thrift` package. A client on
// `thrift` has this unless it writes its own; so has the published client.
import thrift from 'thrift'
import { HEADER_LENGTH, writeBody, writeHeader } from './messages.mjs'

const { TBinaryProtocol, TBufferedTransport } = thrift

export class PackagedWire {
  #socket
  #isCorked = false

  /** `onAnswer` is called with the protocol at the start of each answer, after its length. */
  constructor(socket, onAnswer) {
    this.#socket = socket
    const receive = TBufferedTransport.receiver((transport) => receiveAll(transport, onAnswer))
    socket.on('data', receive)
  }

  send(header, name, sequenceId, writeArguments) {
    const transport = new TBufferedTransport(null, (request) => this.#write(request))
    writeBody(new TBinaryProtocol(transport), name, sequenceId, writeArguments)
    const start = Buffer.allocUnsafe(HEADER_LENGTH)
    writeHeader(start, 0, transport.outCount, header)
    transport.outBuffers.unshift(start)
    transport.outCount += HEADER_LENGTH
    transport.flush()
  }

  #write(request) {
    if (!this.#isCorked) {
      this.#isCorked = true
      this.#socket.cork()
      // After all requests that the answers of this turn have caused, so that one write sends all of them.
      process.nextTick(() => {
        this.#isCorked = false
        this.#socket.uncork()
      })
    }
    this.#socket.write(request)
  }
}

function receiveAll(transport, onAnswer) {
  const protocol = new TBinaryProtocol(transport)
  while (transport.writeCursor - transport.readCursor >= 4) {
    const length = protocol.readI32()
    if (transport.writeCursor < length) {
      transport.rollbackPosition()
      return
    }
    onAnswer(protocol)
    transport.rollbackPosition()
    transport.consume(length)
    transport.commitPosition()
  }
}
