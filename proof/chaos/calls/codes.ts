/** What clients say by themselves. */
const OF_CLIENTS = ['ERR_TIMEOUT', 'ERR_NETWORK_FAILURE', 'ERR_SESSION_RESET', 'ERR_INVALID_DATA'] as const

/** With what rules answer, all before anything is done. `ERR_CHAOS_UNLISTED` no client knows. */
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

/** What a leader that is about to stop leading may say. When all meta servers say so it is what a call fails with. */
export const META_REFUSALS = ['ERR_TIMEOUT', 'ERR_SERVICE_NOT_ACTIVE', 'ERR_CHAOS_UNLISTED'] as const

/** What servers say by themselves while primaries move and tables are split. */
const OF_SERVERS = ['ERR_INVALID_STATE', 'ERR_PARENT_PARTITION_MISUSED', 'ERR_CHILD_NOT_READY']

/** All codes that an operation may fail with here; any other one is a violation. */
export const KNOWN_CODES: ReadonlySet<string> = new Set([
  ...OF_CLIENTS,
  ...REFUSALS,
  ...META_REFUSALS,
  ...OF_SERVERS,
])
