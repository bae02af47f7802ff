import { type ClientOptions, PegasusClient, type Table, type TableOptions } from 'pegasus-client'
import type { Watch } from '../calls/watch'

/** A configuration of a client, and of the tables that it opens. */
interface Kind {
  name: string
  mayRepeat: boolean
  options: Partial<ClientOptions>
  tables?: TableOptions
}

/** How many table objects each client opens for one table. */
const TABLE_OBJECTS = 6

/** Client configurations as services have them, from patient to strict. */
const KINDS: Kind[] = [
  { name: 'default', mayRepeat: true, options: {} },
  {
    name: 'brisk',
    mayRepeat: true,
    options: { sessionResetMs: 400, connectTimeoutMs: 200, metaTimeoutMs: 300 },
  },
  { name: 'once', mayRepeat: false, options: { retry: { maxAttempts: 1 }, sessionResetMs: 400 } },
  {
    name: 'eager',
    mayRepeat: true,
    options: { retry: { baseDelayMs: 1, maxDelayMs: 20 }, sessionResetMs: 800 },
  },
  { name: 'single', mayRepeat: false, options: { retry: { maxAttempts: 1 } } },
  {
    name: 'hedged',
    mayRepeat: true,
    options: {},
    tables: { backupRequest: { delayMs: 'auto', maxShare: 0.2, onUnreachable: true } },
  },
]

/** A table opened by one client, with several objects. */
export interface ClientTable {
  client: string
  tables: readonly [Table, ...Table[]]
  /** Whether its client retries idempotent writes. */
  mayRepeat: boolean
}

/** The clients that stay open for the whole run. */
export class Fleet {
  /** How clients of this run name the meta servers. */
  readonly metaServers: string[]
  readonly #clients: PegasusClient[]

  private constructor(metaServers: string[], clients: PegasusClient[]) {
    this.metaServers = metaServers
    this.#clients = clients
  }

  static async connect(metaServers: string[]): Promise<Fleet> {
    const clients = KINDS.map(({ options }) => PegasusClient.connect({ metaServers, ...options }))
    return new Fleet(metaServers, await Promise.all(clients))
  }

  /** How many objects {@link open} opens. */
  get size(): number {
    return this.#clients.length * TABLE_OBJECTS
  }

  /** Opens a table with each client. */
  async open(name: string): Promise<[ClientTable, ...ClientTable[]]> {
    const opened = this.#clients.map(async (client, at): Promise<ClientTable> => {
      const { name: kind, mayRepeat, tables: options } = KINDS[at] as Kind
      const objects = Array.from({ length: TABLE_OBJECTS }, () => client.openTable(name, options))
      return { client: kind, mayRepeat, tables: (await Promise.all(objects)) as [Table, ...Table[]] }
    })
    return (await Promise.all(opened)) as [ClientTable, ...ClientTable[]]
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()))
  }
}

const CONNECT_MS = 300
/** The deadline of connecting, and that of opening the table. */
const OPEN_MS = 800
/** The longest deadline of a visitor's calls. */
const LONGEST_CALL_MS = 1500

/**
 * A client that stays for a moment: it connects, opens the table, starts `work`, and closes while calls are in flight.
 * `close()` waits until these calls are answered, and for nothing else.
 */
export async function visit(
  metaServers: string[],
  tableName: string,
  watch: Watch,
  work: (table: Table) => Promise<unknown>,
): Promise<void> {
  const options = { metaServers, connectTimeoutMs: CONNECT_MS, timeoutMs: OPEN_MS, metaTimeoutMs: 300 }
  const connecting = { name: 'connect', timeoutMs: OPEN_MS, isWrite: false }
  const { result: client } = await watch.call(connecting, () => PegasusClient.connect(options))
  if (client === undefined) return
  const opening = { name: 'openTable', timeoutMs: OPEN_MS, isWrite: false }
  const { result: table } = await watch.call(opening, () => client.openTable(tableName))
  const working = table === undefined ? undefined : work(table)
  const closing = { name: 'close', timeoutMs: LONGEST_CALL_MS, isWrite: false }
  await watch.call(closing, () => client.close())
  await working
}
