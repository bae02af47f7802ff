// The cluster of a soak, in a process of its own, so that the measured process holds only the client.

import { LocalCluster } from 'pegasus-client'

/** A command to the process: a method of the cluster and the address of a server. */
export interface Command {
  id: number
  method: 'stopServer' | 'startServer' | 'freezeServer' | 'healServer'
  address: string
}

export interface Ready {
  metaServers: string[]
  replicaServers: string[]
}

export interface Done {
  id: number
  error?: string
}

async function serve(): Promise<void> {
  const cluster = await LocalCluster.start({ tables: { soak: 8 }, metaServers: 2 })
  process.on('message', ({ id, method, address }: Command) => {
    cluster[method](address).then(
      () => answer({ id }),
      (error: Error) => answer({ id, error: error.message }),
    )
  })
  // The parent has ended or has disconnected.
  process.once('disconnect', () => void cluster.stop())
  answer({ metaServers: cluster.metaServers, replicaServers: cluster.replicaServers })
}

function answer(message: Ready | Done): void {
  process.send?.(message)
}

serve().catch((error: Error) => {
  process.stderr.write(`the cluster of the soak ends: ${error.message}\n`)
  process.exit(1)
})
