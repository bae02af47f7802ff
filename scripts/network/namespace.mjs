// Programs in namespaces of their own, so that what is arranged for them changes nothing for others.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

/** Why there is no namespace. */
export const TAKES = 'it takes a namespace of its own: Linux, and the rights of root'

/**
 * Makes a command that runs a program with other contents of some files, and with a network of its own: loopback only.
 * The program's path and arguments are to be added at its end.
 *
 * @template T
 * @param {{ files?: Record<string, string>, hasNetwork?: boolean }} differences The contents of files, by path.
 * @param {(command: string[]) => Promise<T>} use Uses the command; it can be run until this ends.
 * @returns {Promise<T | undefined>} What `use` returns; `undefined` where there are no such namespaces.
 */
export async function withNamespace({ files = {}, hasNetwork = false }, use) {
  const folder = mkdtempSync(join(tmpdir(), 'pegasus-namespace-'))
  const steps = Object.entries(files).map(([path, content]) => {
    const replacement = join(folder, basename(path))
    writeFileSync(replacement, content)
    return `mount --bind ${replacement} ${path}`
  })
  if (hasNetwork) steps.push('ip link set lo up')
  const script = [...steps, 'exec "$0" "$@"'].join(' && ')
  const kinds = [...(steps.length > Number(hasNetwork) ? ['--mount'] : []), ...(hasNetwork ? ['--net'] : [])]
  const command = ['unshare', ...kinds, 'sh', '-c', script]
  try {
    return (await succeeds([...command, 'true'])) ? await use(command) : undefined
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Whether a program ends with 0. One that is not there does not. */
async function succeeds([program, ...args]) {
  const child = spawn(program, args, { stdio: 'ignore' })
  // There is an error, and no end, only where it cannot be started.
  const [code] = await once(child, 'close').catch(() => [undefined])
  return code === 0
}
