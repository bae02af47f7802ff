// The peers: their titles, and how they are started.
import { join } from 'node:path'
import { prepareVenv } from '../../proof/interop/venv.mjs'
import { root } from '../../scripts/run.mjs'
import { Peer } from './peer.mjs'
import { startServer } from './server.mjs'

export const binary = (name) => join(root, 'target', 'release', name)

const LIBRARIES = { win32: 'pegasus_bench_async_fn.dll', darwin: 'libpegasus_bench_async_fn.dylib' }
const asyncFnAddon = binary(LIBRARIES[process.platform] ?? 'libpegasus_bench_async_fn.so')

const script = (name) => join(root, 'benches', 'peers', name)
const node = (name, ...args) => ({ program: process.execPath, args: [script(`${name}.mjs`), ...args] })

const ours = { title: 'pegasus-client', ...node('ours') }

/** `table` is the role of the table that a peer opens. */
export const PEERS = {
  ours,
  thrift: { title: 'plain JavaScript: thrift', ...node('thrift', 'packaged') },
  tuned: { title: 'tuned JavaScript', ...node('thrift') },
  pypegasus3: { title: 'pypegasus3', args: [script('pypegasus3.py')], install: prepareVenv },
  rust: { title: 'pure Rust client', program: binary('pegasus-bench-client'), args: [] },
  asyncFn: { title: 'one async fn a call', ...node('async-fn', asyncFnAddon) },
  echo: { title: 'tokio echo', program: binary('pegasus-bench-echo'), args: [], serve: ['serve'] },
  floor: { title: 'slices of a Buffer', ...node('floor'), table: 'scan' },
  // The same peer in fresh processes, whose memory and compiled code no other work has touched.
  scan: { ...ours, table: 'scan' },
  memory: ours,
  scanMemory: { ...ours, table: 'scan' },
}

/** Starts peers when they are first needed, and keeps them until the end, so that compiled code stays. */
export class PeerPool {
  #metaServers
  #tables
  #peers = new Map()
  #servers = []

  /** `tables`: the arguments of `open`, by the role of the table. */
  constructor(metaServers, tables) {
    this.#metaServers = metaServers
    this.#tables = tables
  }

  async get(name) {
    const known = this.#peers.get(name)
    if (known !== undefined) return known
    const { title, program, args, install, serve, table = 'points' } = PEERS[name]
    const peer = await Peer.start({ title, program: program ?? install(), args })
    this.#peers.set(name, peer)
    const metaServers = serve === undefined ? this.#metaServers : await this.#serve(program, serve)
    await peer.ask('open', { metaServers, ...this.#tables[table] })
    return peer
  }

  /** The ids of all processes that were started. */
  get pids() {
    return [...this.#peers.values(), ...this.#servers].map(({ pid }) => pid)
  }

  async end() {
    for (const peer of this.#peers.values()) await peer.end()
    for (const server of this.#servers) await server.stop()
  }

  /** Starts a server for this peer alone; returns its address. */
  async #serve(program, args) {
    const server = await startServer(program, args)
    this.#servers.push(server)
    return server.line
  }
}
