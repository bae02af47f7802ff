// The peers: how each is called and started.
import { join } from 'node:path'
import { root } from '../scripts/run.mjs'
import { Peer } from './peer.mjs'
import { startServer } from './server.mjs'

const script = (name) => ({
  program: process.execPath,
  args: [join(root, 'benches', 'peers', `${name}.mjs`)],
})

export const binary = (name) => join(root, 'target', 'release', name)

export const PEERS = {
  ours: { title: 'pegasus-client', ...script('ours') },
  thrift: { title: 'plain JavaScript (thrift)', ...script('thrift') },
  rust: { title: 'pure Rust client', program: binary('pegasus-bench-client'), args: [] },
  echo: { title: 'tokio echo', program: binary('pegasus-bench-echo'), args: [], server: startEcho },
}

function startEcho() {
  return startServer(binary('pegasus-bench-echo'), ['serve'])
}

/** Starts peers when they are first needed and keeps them until the end. */
export class PeerPool {
  #place
  #peers = new Map()
  #servers = []

  /** `place` says where the rows are. */
  constructor(place) {
    this.#place = place
  }

  async get(name) {
    const known = this.#peers.get(name)
    if (known !== undefined) return known
    const { title, program, args, env, server } = PEERS[name]
    const peer = await Peer.start({ name: title, program, args, env })
    this.#peers.set(name, peer)
    await peer.ask('open', { ...this.#place, ...(server && (await this.#start(server))) })
    return peer
  }

  async end() {
    for (const peer of this.#peers.values()) await peer.end()
    for (const server of this.#servers) await server.stop()
  }

  async #start(start) {
    const server = await start()
    this.#servers.push(server)
    return { metaServers: server.line }
  }
}
