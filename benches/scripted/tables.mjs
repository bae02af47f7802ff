// Partitions for scripted meta servers.

const PORT = 34801
const REPLICAS = 3

/** `count` partitions whose primaries have distinct addresses; secondaries are the primaries of the next two. */
export function addresses(count) {
  const servers = Array.from({ length: count }, (_, index) => ({
    host: `127.${64 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`,
    port: PORT,
  }))
  return partitionsOn(servers, count)
}

/** `count` partitions on `servers` in turn. */
export function partitionsOn(servers, count) {
  const replica = (index) => servers[index % servers.length]
  return Array.from({ length: count }, (_, partition) =>
    Array.from({ length: REPLICAS }, (_, index) => replica(partition + index)),
  )
}
