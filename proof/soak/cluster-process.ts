// The cluster that a soak uses, in a process of its own: what is measured is the client's alone.

import { LocalCluster } from 'pegasus-client'

/** What the process is told: a method of the cluster with a server's address. */
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
  // The parent is gone, or has enough.
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
