import { type ClientOptions, type LocalCluster, PegasusClient, type Table } from 'pegasus-client'
import type { Watch } from '../calls/watch'

/** Client configurations as services have them, from patient to strict. */
const KINDS: { name: string; mayRepeat: boolean; options: Partial<ClientOptions> }[] = [
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
]

/** A table opened by one client. */
export interface ClientTable {
  client: string
  table: Table
  /** Whether its client retries idempotent writes. */
  mayRepeat: boolean
}

/** The clients that stay open for the whole run. */
export class Fleet {
  readonly #clients: PegasusClient[]

  private constructor(clients: PegasusClient[]) {
    this.#clients = clients
  }

  static async connect({ metaServers }: LocalCluster): Promise<Fleet> {
    const clients = KINDS.map(({ options }) => PegasusClient.connect({ metaServers, ...options }))
    return new Fleet(await Promise.all(clients))
  }

  /** Opens a table with each client. */
  async open(name: string): Promise<[ClientTable, ...ClientTable[]]> {
    const tables = await Promise.all(this.#clients.map((client) => client.openTable(name)))
    return KINDS.map(({ name: client, mayRepeat }, at) => {
      return { client, mayRepeat, table: tables[at] as Table }
    }) as [ClientTable, ...ClientTable[]]
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
  { metaServers }: LocalCluster,
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
