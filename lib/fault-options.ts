/** When the cluster makes up for a server that is gone. */
export interface FailoverOptions {
  /**
   * Milliseconds until the cluster notices. Then the partitions that the server led have another primary, and
   * another meta server leads in its place. Until then the meta servers go on naming it. Default 0: at once, before
   * the call resolves; `null`: never. A real cluster takes about 20 s, which `20_000` shows.
   */
  failoverAfterMs?: number | null
}

/** The methods of the servers, as their IDL calls them. */
export type FaultRpc =
  | 'get'
  | 'put'
  | 'remove'
  | 'ttl'
  | 'multi_get'
  | 'multi_put'
  | 'multi_remove'
  | 'sortkey_count'
  | 'batch_get'
  | 'incr'
  | 'check_and_set'
  | 'check_and_mutate'
  | 'get_scanner'
  | 'scan'
  | 'clear_scanner'
  | 'query_cfg'
  | 'create_app'
  | 'drop_app'
  | 'recall_app'
  | 'list_apps'
  | 'list_nodes'
  | 'cluster_info'
  | 'update_app_env'
  | 'start_partition_split'
  | 'negotiation'

/**
 * Which requests a local cluster answers otherwise, and how: see {@link LocalCluster.addFault}. What is left out is
 * not looked at, so that a rule of a `reaction` alone is for all requests.
 */
export interface FaultRule {
  /** The RPC, as the IDL calls it (`put` is what {@link Table.set} sends), or by its name on the wire. */
  rpc?: FaultRpc | `RPC_${string}`
  /** The table, by name: of a request for its rows, or one to a meta server about the table. */
  table?: string
  /** The partition that the request is sent to, from 0. */
  partitionIndex?: number
  /** The server that the request comes to, from {@link LocalCluster.metaServers} or `replicaServers`. */
  server?: string
  /** How many of these requests are left alone first. Default 0; with `times: 1` only the one after them is taken. */
  skip?: number
  /** How many are taken at most. Default: all. */
  times?: number
  /**
   * The share that is taken, more than 0 and at most 1. Default 1. Which ones that are follows from `seed` and from
   * how many came before, so that a run can be repeated.
   */
  share?: number
  /** What `share` is drawn by, an integer. Default 0. */
  seed?: number
  /** What happens to the requests that are taken. */
  reaction: FaultReaction
}

/**
 * What happens to a request. With `carriedOut` all is done that it asks for, and then its answer is changed: a write
 * is made, and the client is told something else. Default false: nothing is done.
 */
export type FaultReaction =
  /**
   * The answer is this error: `ERR_` and more, also one that no client knows. It stands where the servers have it: in
   * the header, and in the body of what meta servers answer.
   */
  | { error: `ERR_${string}`; carriedOut?: boolean }
  /** It is carried out at once and answered so many milliseconds later; others are answered meanwhile. */
  | { delayMs: number }
  /** There is no answer. */
  | { drop: true; carriedOut?: boolean }
  /** It is carried out and answered twice. */
  | { duplicate: true }
  /** It is carried out, and every bit of the answer after its length is turned over. */
  | { corrupt: true }
  /** The connection is closed. What came before on it is answered. */
  | { disconnect: true; carriedOut?: boolean }
