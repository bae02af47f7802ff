// A scripted server: it answers requests as it is told, and counts what comes.
import { once } from 'node:events'
import { createServer } from 'node:net'
import { takeRequest } from './wire.mjs'

/** The present moment in milliseconds since 1970, on the clock that all processes of this machine share. */
export const now = () => performance.timeOrigin + performance.now()

export class ScriptedServer {
  #answer
  #server
  #sockets = new Set()
  #forgotten = new WeakSet()
  #isAway = false
  /** When each connection was made, and each request came: see {@link now}. */
  connections = []
  requests = []

  /** `answer(request)`: the bytes of the answer, or nothing for silence. */
  constructor(answer) {
    this.#answer = answer
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket))
  }

  /** Listens; port 0: any. */
  async listen(host = '127.0.0.1', port = 0) {
    this.#server.listen({ host, port, backlog: 1024 })
    await once(this.#server, 'listening')
    this.host = host
    this.port = this.#server.address().port
    return this
  }

  get address() {
    return `${this.host}:${this.port}`
  }

  get openConnections() {
    return this.#sockets.size
  }

  /** As a NAT that has forgotten them: what comes on the present connections vanishes, and nobody is told. */
  forget() {
    for (const socket of this.#sockets) this.#forgotten.add(socket)
  }

  /**
   * Breaks all connections, and closes each new one at once, as behind a load balancer whose target is gone. So dials
   * to a dead server can be counted: those that a port refuses reach no program.
   */
  goAway() {
    this.#isAway = true
    this.#disconnect()
    return this
  }

  /** Serves again. */
  comeBack() {
    this.#isAway = false
  }

  #disconnect() {
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }

  async close() {
    this.#server.close()
    this.#disconnect()
    await once(this.#server, 'close')
  }

  #accept(socket) {
    this.connections.push(now())
    this.#sockets.add(socket)
    let left = Buffer.alloc(0)
    socket.on('error', () => {})
    if (this.#isAway) socket.resetAndDestroy()
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('data', (bytes) => {
      if (this.#forgotten.has(socket)) return
      left = this.#serve(socket, left.length === 0 ? bytes : Buffer.concat([left, bytes]))
    })
  }

  /** Answers all requests in `bytes`; returns the start of one that has not arrived completely. */
  #serve(socket, bytes) {
    let rest = bytes
    for (let request = takeRequest(rest); request !== undefined; request = takeRequest(rest)) {
      rest = rest.subarray(request.length)
      this.requests.push(now())
      const answer = this.#answer(request)
      if (answer !== undefined) socket.write(answer)
    }
    return rest
  }
}
