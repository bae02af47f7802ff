// Clients whose memory is measured.

const MEGABYTE = 2 ** 20

/**
 * Runs `work` with a client that has `opened`; its second argument tells how much the resident memory of the client's
 * process has grown since, in megabytes.
 */
export async function withMeasured(bench, opened, work) {
  return bench.withClient(
    opened,
    async (client) => {
      const { bytes: before } = await client.ask('memory')
      return work(client, async () => ((await client.ask('memory')).bytes - before) / MEGABYTE)
    },
    ['--expose-gc'],
  )
}
