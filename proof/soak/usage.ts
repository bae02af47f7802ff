import { existsSync, readdirSync, readlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

// As a flag of the command line it would have to be given to everything that uses this.
setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** What a process holds at one moment. */
export interface Usage {
  /** Bytes of memory that are resident: all of the process. */
  rss: number
  /** Bytes of JavaScript objects. */
  heap: number
  /** Bytes that JavaScript objects hold outside the heap: Buffers, and what the addon tells of. */
  external: number
  /** Handles and requests that Node knows of. */
  resources: number
  /** Open files, sockets among them; only Linux says. */
  files: number | undefined
  sockets: number | undefined
  threads: number | undefined
}

/** Looks at this process, after its garbage is collected. */
export function usage(): Usage {
  collectGarbage()
  const { rss, heapUsed: heap, external } = process.memoryUsage()
  const resources = process.getActiveResourcesInfo().length
  return { rss, heap, external, resources, ...ofSystem() }
}

/** The same once the finalizers have run that the garbage leaves: they do so between turns of the event loop. */
export async function settledUsage(): Promise<Usage> {
  for (let turn = 0; turn < 3; turn++) {
    collectGarbage()
    await sleep(30)
  }
  return usage()
}

function ofSystem(): Pick<Usage, 'files' | 'sockets' | 'threads'> {
  if (!existsSync('/proc/self/task')) return { files: undefined, sockets: undefined, threads: undefined }
  // The listing is an open file itself, and is gone when its link is read.
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
