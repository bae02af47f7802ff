// The transports that TBinaryProtocol writes to and reads from. They copy no more than necessary.
//
// The TBufferedTransport of the package keeps each write in its own Buffer, copies all remaining bytes after each
// message it reads, and writes to the socket once for each request. These transports do none of that.

const CHUNK = 64 * 1024
/** Below this length a loop in JavaScript is faster than a call that copies. */
const SHORT = 16

/** Collects the requests of one turn of the event loop, so that one write sends them. */
export class WriteTransport {
  #chunk = Buffer.allocUnsafe(CHUNK)
  #start = 0
  /** The position of the next byte in {@link chunk}. */
  position = 0

  get chunk() {
    return this.#chunk
  }

  /** How many bytes are pending. */
  get pending() {
    return this.position - this.#start
  }

  /** The present position in {@link chunk} of the pending byte number `offset`. */
  at(offset) {
    return this.#start + offset
  }

  /** Reserves contiguous room for the next `length` bytes. */
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

  /** Takes all pending bytes. The socket keeps them, so they are never changed again. */
  take() {
    const pending = this.#chunk.subarray(this.#start, this.position)
    this.#start = this.position
    return pending
  }

  // Called by the protocol, and not needed: the connection keeps sequence ids itself.
  setCurrSeqId() {}
}

/** Reads received bytes; values are views of them. */
export class ReadTransport {
  bytes = Buffer.alloc(0)
  position = 0

  get left() {
    return this.bytes.length - this.position
  }

  /** Adds received bytes to the remaining ones. */
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
