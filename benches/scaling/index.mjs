// The curves: how the costs of a client grow.
import { fleet } from './fleet.mjs'
import { partitions } from './partitions.mjs'
import { servers } from './servers.mjs'
import { tableObjects, tables } from './tables.mjs'

/** The program of each curve, by the name of the curve. */
export const CURVES = { partitions, tables, 'table-objects': tableObjects, servers, fleet }
