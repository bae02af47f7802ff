import type { LocalCluster } from 'pegasus-client'

/** A stretch of time in which something was broken; `until` is `Infinity` while it is. */
export interface Trouble {
  kind: string
  /** Requests that were sent meanwhile may be carried out when it ends: the server hung. */
  holdsRequests: boolean
  from: number
  until: number
}

/** What a nemesis works on: one table of a cluster, and a diary of what was done to it. */
export class Ground {
  readonly cluster: LocalCluster
  readonly table: string
  readonly partitions: number
  readonly troubles: Trouble[] = []
  /** Servers that something is being done to. */
  readonly busyServers = new Set<string>()

  constructor(cluster: LocalCluster, table: string, partitions: number) {
    this.cluster = cluster
    this.table = table
    this.partitions = partitions
  }

  begin(kind: string, holdsRequests: boolean): Trouble {
    const trouble = {
      kind,
      holdsRequests,
      from: performance.now(),
      until: Number.POSITIVE_INFINITY,
    }
    this.troubles.push(trouble)
    return trouble
  }

  end(trouble: Trouble): void {
    trouble.until = performance.now()
  }

  ongoing(): Trouble[] {
    return this.troubles.filter(({ until }) => until === Number.POSITIVE_INFINITY)
  }

  /** The partitions that a server leads, of those that the table began with. */
  async ledBy(server: string): Promise<number[]> {
    const partitions = Array.from({ length: this.partitions }, (_, index) => index)
    const primaries = await Promise.all(partitions.map((index) => this.cluster.primary(this.table, index)))
    return partitions.filter((index) => primaries[index] === server)
  }
}

/** A copy of a request may still lie at a server that works, read and not yet carried out, for so long. */
const COPIES_LIVE_MS = 100

/** Until when a write that took that long may be carried out once more, because of what was broken meanwhile. */
export function repeatsUntil(troubles: readonly Trouble[], called: number, answered: number): number {
  let until = answered
  for (const trouble of troubles) {
    if (trouble.from > answered || trouble.until + COPIES_LIVE_MS < called) continue
    const over = trouble.holdsRequests ? Math.max(answered, trouble.until) : answered
    until = Math.max(until, over + COPIES_LIVE_MS)
  }
  return until
}
