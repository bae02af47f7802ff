import type { NativeLocalOptions } from '../crossing/native'
import { wrongType } from '../values/argument-errors'
import { describe } from './checks/describe'
import { boolean, nonEmptyString } from './checks/kinds'
import { integer, MAX_PORT, partitionCount } from './checks/numbers'
import { type Checks, checked } from './checks/schema'

/** Options of {@link LocalCluster.start}. */
export interface LocalClusterOptions {
  /** Tables to create at the start: name to partition count. */
  tables?: Readonly<Record<string, number>>
  /** The number of replica servers, each on its own port. Default 3. */
  replicaServers?: number
  /** The number of meta servers. The first one leads. Default 1. */
  metaServers?: number
  /** The address to listen on. Default `127.0.0.1`. */
  host?: string
  /** The port of the first meta server. Default 0: any free port. */
  port?: number
  /** A directory for the data, which stays when the cluster stops. Default: the data is in memory and is lost then. */
  dataDir?: string
  /** Reports the addresses of servers as host names too, as clusters with DNS do. Default false. */
  hostPorts?: boolean
}

const servers = (name: string, value: number) => integer(name, value, 1, MAX_PORT)

const LOCAL = {
  tables: tableCounts,
  replicaServers: servers,
  metaServers: servers,
  host: nonEmptyString,
  port: (name: string, value: number) => integer(name, value, 0, MAX_PORT),
  dataDir: nonEmptyString,
  hostPorts: boolean,
} satisfies Checks<LocalClusterOptions>

const DEFAULTS = { replicaServers: 3, metaServers: 1, host: '127.0.0.1', port: 0, hostPorts: false }

export function localOptions(given: LocalClusterOptions | undefined): NativeLocalOptions {
  const { tables = [], ...fields } = checked(given, LOCAL)
  return { tables, ...DEFAULTS, ...fields }
}

function tableCounts(name: string, value: unknown): NativeLocalOptions['tables'] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrongType(`${name} must be an object from table name to partition count, got ${describe(value)}`)
  }
  return Object.entries(value).map(([table, count]) => ({
    name: nonEmptyString(`a table name in ${name}`, table),
    partitionCount: partitionCount(`${name}[${JSON.stringify(table)}]`, count),
  }))
}
