import { existsSync, readdirSync, readlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

// Set here, so that programs and tests that use this module need no flag of the command line.
setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** What a process holds at one moment. */
export interface Usage {
  /** Resident memory of the whole process, in bytes. */
  rss: number
  /** JavaScript objects, in bytes. */
  heap: number
  /** Memory that JavaScript objects hold outside the heap, in bytes: Buffers, and what the addon reports. */
  external: number
  /** Active handles and requests of Node. */
  resources: number
  /** Open files, with sockets. Known on Linux only, as are the next two. */
  files: number | undefined
  sockets: number | undefined
  threads: number | undefined
}

/** Collects garbage and measures this process. */
export function usage(): Usage {
  collectGarbage()
  const { rss, heapUsed: heap, external } = process.memoryUsage()
  const resources = process.getActiveResourcesInfo().length
  return { rss, heap, external, resources, ...ofSystem() }
}

/** As {@link usage}, after finalizers have run. They run between turns of the event loop. */
export async function settledUsage(): Promise<Usage> {
  for (let turn = 0; turn < 3; turn++) {
    collectGarbage()
    await sleep(30)
  }
  return usage()
}

function ofSystem(): Pick<Usage, 'files' | 'sockets' | 'threads'> {
  if (!existsSync('/proc/self/task')) return { files: undefined, sockets: undefined, threads: undefined }
  // The listing is itself an open file, which is closed before its link is read.
  const links = readdirSync('/proc/self/fd').flatMap((name) => linkOf(`/proc/self/fd/${name}`) ?? [])
  const sockets = links.filter((link) => link.startsWith('socket:'))
  return { files: links.length, sockets: sockets.length, threads: readdirSync('/proc/self/task').length }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
