import type { LocalCluster } from 'pegasus-client'

/** A stretch of time in which something was broken; `until` is `Infinity` while it is. */
export interface FaultPeriod {
  kind: string
  /** Requests that were sent meanwhile may be carried out when it ends: the server hung. */
  holdsRequests: boolean
  from: number
  until: number
}

/** What a nemesis works on: one table of a cluster, and a diary of what was done to it. */
export class Target {
  readonly cluster: LocalCluster
  readonly table: string
  readonly partitions: number
  readonly periods: FaultPeriod[] = []
  /** Servers that something is being done to. */
  readonly busyServers = new Set<string>()

  constructor(cluster: LocalCluster, table: string, partitions: number) {
    this.cluster = cluster
    this.table = table
    this.partitions = partitions
  }

  begin(kind: string, holdsRequests: boolean): FaultPeriod {
    const period = {
      kind,
      holdsRequests,
      from: performance.now(),
      until: Number.POSITIVE_INFINITY,
    }
    this.periods.push(period)
    return period
  }

  end(period: FaultPeriod): void {
    period.until = performance.now()
  }

  ongoing(): FaultPeriod[] {
    return this.periods.filter(({ until }) => until === Number.POSITIVE_INFINITY)
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
export function repeatsUntil(periods: readonly FaultPeriod[], called: number, answered: number): number {
  let until = answered
  for (const period of periods) {
    if (period.from > answered || period.until + COPIES_LIVE_MS < called) continue
    const over = period.holdsRequests ? Math.max(answered, period.until) : answered
    until = Math.max(until, over + COPIES_LIVE_MS)
  }
  return until
}
