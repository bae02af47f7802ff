import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'

/** A test server on any free port. */
export class Peer {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  /** Connections accepted so far. */
  accepted = 0

  private constructor(onConnection: (socket: Socket) => void) {
    this.#server = createServer((socket) => {
      this.accepted++
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
      // The other side may close the connection at any time, which these tests are about.
      socket.on('error', () => {})
      onConnection(socket)
    })
  }

  static async listen(onConnection: (socket: Socket) => void, host = '127.0.0.1'): Promise<Peer> {
    const peer = new Peer(onConnection)
    peer.#server.listen(0, host)
    await once(peer.#server, 'listening')
    return peer
  }

  get address(): string {
    const { address, family, port } = this.#server.address() as AddressInfo
    return family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

/** Accepts connections, reads all bytes and never answers. */
export function silentPeer(): Promise<Peer> {
  return Peer.listen((socket) => socket.resume())
}

/** An address where nothing listens: a port that was free a moment ago. */
export async function deadAddress(): Promise<string> {
  const peer = await Peer.listen(() => {})
  const { address } = peer
  await peer.close()
  return address
}
