import type { LocalCluster } from 'pegasus-client'

/** A period in which a fault was active; `until` is `Infinity` while it is. */
export interface FaultPeriod {
  kind: string
  /** The server hung: it may carry out requests of this period when the period ends. */
  holdsRequests: boolean
  from: number
  until: number
}

/** What nemeses break: one table of a cluster, with a record of the faults. */
export class Target {
  readonly cluster: LocalCluster
  readonly table: string
  readonly partitions: number
  readonly periods: FaultPeriod[] = []
  /** Servers that a fault is working on. */
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

  /** The partitions that a server leads, among those that the table was created with. */
  async ledBy(server: string): Promise<number[]> {
    const partitions = Array.from({ length: this.partitions }, (_, index) => index)
    const primaries = await Promise.all(partitions.map((index) => this.cluster.primary(this.table, index)))
    return partitions.filter((index) => primaries[index] === server)
  }
}

/** How long a working server may hold a copy of a request that it has read and not yet carried out. */
const COPIES_LIVE_MS = 100

/** Until when a second copy of a write may be carried out, given the faults between its call and its answer. */
export function repeatsUntil(periods: readonly FaultPeriod[], called: number, answered: number): number {
  let until = answered
  for (const period of periods) {
    if (period.from > answered || period.until + COPIES_LIVE_MS < called) continue
    const over = period.holdsRequests ? Math.max(answered, period.until) : answered
    until = Math.max(until, over + COPIES_LIVE_MS)
  }
  return until
}
