import { connect, type Socket } from 'node:net'
import { Peer } from './net'

/** Handles an answer on its way to the client; `to.write(reply)` lets it pass. */
export type Tamper = (reply: Buffer, to: Socket) => void

/** Lets an answer pass. */
export const honest: Tamper = (reply, to) => void to.write(reply)

/** An address as encoded in a configuration: IPv4 address, port, and a 1 for "this is IPv4". */
const LOCALHOST = Buffer.from([127, 0, 0, 1])
const ADDRESS_LENGTH = 8

/**
 * A proxy between a client and a cluster. It changes the meta server's answers so that they name this proxy instead of
 * the replica servers. Every answer then passes through it, and can be spoilt.
 */
export class ClusterProxy {
  onMetaReply: Tamper = honest
  onReplicaReply: Tamper = honest
  readonly #replicas = new Map<number, Promise<Peer>>()
  #meta: Peer | undefined

  static async start(metaServer: string): Promise<ClusterProxy> {
    const proxy = new ClusterProxy()
    const port = Number(metaServer.split(':')[1])
    proxy.#meta = await Peer.listen((client) =>
      forward(client, port, async (reply) => {
        const renamed = await proxy.#renameReplicas(reply)
        if (client.writable) proxy.onMetaReply(renamed, client)
      }),
    )
    return proxy
  }

  /** The meta server address for the client. */
  get address(): string {
    return (this.#meta as Peer).address
  }

  async close(): Promise<void> {
    const peers = [this.#meta, ...(await Promise.all(this.#replicas.values()))]
    await Promise.all(peers.map((peer) => peer?.close()))
  }

  async #renameReplicas(reply: Buffer): Promise<Buffer> {
    for (let at = reply.indexOf(LOCALHOST); at >= 0; at = reply.indexOf(LOCALHOST, at + ADDRESS_LENGTH)) {
      const port = reply.readUInt16BE(at + 4)
      const peer = await this.#replica(port)
      reply.writeUInt16BE(Number(peer.address.split(':')[1]), at + 4)
    }
    return reply
  }

  #replica(port: number): Promise<Peer> {
    const known = this.#replicas.get(port)
    if (known !== undefined) return known
    const peer = Peer.listen((client) =>
      forward(client, port, async (reply) => {
        if (client.writable) this.onReplicaReply(reply, client)
      }),
    )
    this.#replicas.set(port, peer)
    return peer
  }
}

/**
 * A meta server that falls silent: a client can connect, because its first question is answered, and nothing after it.
 * A connection that is made later is treated the same.
 */
export async function silentAfterConnect(metaServer: string): Promise<ClusterProxy> {
  const proxy = await ClusterProxy.start(metaServer)
  const greeted = new WeakSet<Socket>()
  proxy.onMetaReply = (reply, to) => {
    if (greeted.has(to)) return
    greeted.add(to)
    to.write(reply)
  }
  return proxy
}

/** Forwards the client's requests; passes the answers to `onReply` one by one, in order. */
function forward(client: Socket, port: number, onReply: (reply: Buffer) => Promise<void>): void {
  const server = connect(port, '127.0.0.1')
  let buffer = Buffer.alloc(0)
  let before = Promise.resolve()
  client.pipe(server)
  server.on('data', (chunk) => {
    buffer = Buffer.concat([buffer, chunk])
    while (buffer.length >= 4 && buffer.length >= buffer.readUInt32BE(0)) {
      const reply = Buffer.from(buffer.subarray(0, buffer.readUInt32BE(0)))
      buffer = buffer.subarray(reply.length)
      before = before.then(() => onReply(reply))
    }
  })
  server.on('error', () => client.destroy())
  server.on('close', () => client.destroy())
  client.on('close', () => server.destroy())
}
