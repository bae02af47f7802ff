/** Codes that clients make themselves. */
const OF_CLIENTS = ['ERR_TIMEOUT', 'ERR_NETWORK_FAILURE', 'ERR_SESSION_RESET', 'ERR_INVALID_DATA'] as const

/** Codes that rules answer with, before the request is carried out. No client knows `ERR_CHAOS_UNLISTED`. */
export const REFUSALS = [
  'ERR_BUSY',
  'ERR_CAPACITY_EXCEEDED',
  'ERR_CHAOS_UNLISTED',
  'ERR_DISK_INSUFFICIENT',
  'ERR_INVALID_STATE',
  'ERR_NOT_ENOUGH_MEMBER',
  'ERR_OBJECT_NOT_FOUND',
  'ERR_SPLITTING',
  'ERR_TRY_AGAIN',
] as const

/** Codes of a meta leader that is losing its lead. If all meta servers answer so, the call fails with that code. */
export const META_REFUSALS = ['ERR_TIMEOUT', 'ERR_SERVICE_NOT_ACTIVE', 'ERR_CHAOS_UNLISTED'] as const

/** Codes that servers make themselves while primaries move and tables are split. */
const OF_SERVERS = ['ERR_INVALID_STATE', 'ERR_PARENT_PARTITION_MISUSED', 'ERR_CHILD_NOT_READY']

/** All codes that an operation may fail with here; any other code is a violation. */
export const KNOWN_CODES: ReadonlySet<string> = new Set([
  ...OF_CLIENTS,
  ...REFUSALS,
  ...META_REFUSALS,
  ...OF_SERVERS,
])
