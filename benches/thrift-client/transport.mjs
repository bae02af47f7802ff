// What TBinaryProtocol writes to and reads from: Buffers, without copying what need not be copied.
//
// The package's own TBufferedTransport keeps each write as a Buffer of its own, copies everything that is left
// after each message it has read, and writes to the socket once a request. These do none of that.

const CHUNK = 64 * 1024
/** Below it a loop in JavaScript is faster than the call that copies. */
const SHORT = 16

/** Collects requests, so that all of one turn of the event loop leave in one write. */
export class WriteTransport {
  #chunk = Buffer.allocUnsafe(CHUNK)
  #start = 0
  /** Where the next byte goes in {@link chunk}. */
  position = 0

  get chunk() {
    return this.#chunk
  }

  /** How many bytes wait to be taken. */
  get pending() {
    return this.position - this.#start
  }

  /** Where byte number `offset` of those that wait lies in {@link chunk} now. */
  at(offset) {
    return this.#start + offset
  }

  /** Makes room: what comes next, up to `length` bytes, lies in one piece. */
  reserve(length) {
    if (this.position + length <= this.#chunk.length) return
    const pending = this.#chunk.subarray(this.#start, this.position)
    this.#chunk = Buffer.allocUnsafe(Math.max(CHUNK, pending.length + length))
    this.#chunk.set(pending, 0)
    this.#start = 0
    this.position = pending.length
  }

  write(bytes) {
    const { length } = bytes
    this.reserve(length)
    if (length < SHORT) {
      for (let at = 0; at < length; at++) this.#chunk[this.position + at] = bytes[at]
    } else {
      this.#chunk.set(bytes, this.position)
    }
    this.position += length
  }

  /** All that was written since the last time. The socket keeps it, so it is never written to again. */
  take() {
    const pending = this.#chunk.subarray(this.#start, this.position)
    this.#start = this.position
    return pending
  }

  // Told by the protocol; the connection keeps sequence ids itself.
  setCurrSeqId() {}
}

/** Reads one chunk of what has arrived; values are views of it. */
export class ReadTransport {
  bytes = Buffer.alloc(0)
  position = 0

  get left() {
    return this.bytes.length - this.position
  }

  /** Adds what has arrived to what is left. */
  append(bytes) {
    this.bytes = this.left === 0 ? bytes : Buffer.concat([this.bytes.subarray(this.position), bytes])
    this.position = 0
  }

  read(length) {
    const start = this.position
    this.position += length
    return this.bytes.subarray(start, this.position)
  }

  readByte() {
    return this.bytes.readInt8(this.position++)
  }

  readI16() {
    const value = this.bytes.readInt16BE(this.position)
    this.position += 2
    return value
  }

  readI32() {
    const value = this.bytes.readInt32BE(this.position)
    this.position += 4
    return value
  }

  readString(length) {
    const start = this.position
    this.position += length
    return this.bytes.toString('utf8', start, this.position)
  }
}
