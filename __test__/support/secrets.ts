import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import type { Logger } from 'pegasus-client'

/** How much of a key an error may show. It may show nothing of a value. */
const KEY_PREFIX = 16
/** Fewer bytes than this may match by chance: error texts may show the first four bytes of a message. */
const WINDOW = 8

export const HASH_KEY = 'hash-key-of-him:Hu7-rest-that-nobody-else-may-read'
export const SORT_KEY = 'sort-key-of-her:Sq4-remainder-which-stays-between-us'
export const VALUE = 'Vz9-a-value-which-is-somebodys-password-and-shows-up-nowhere'

const needles = new Map<string, string>()
for (const [name, secret, shown] of [
  ['the hash key', HASH_KEY, KEY_PREFIX],
  ['the sort key', SORT_KEY, KEY_PREFIX],
  ['the value', VALUE, 0],
] as const) {
  const bytes = Buffer.from(secret)
  if (shown > 0) hide(name, bytes.subarray(0, shown + 1))
  for (let at = shown; at + WINDOW <= bytes.length; at++) hide(name, bytes.subarray(at, at + WINDOW))
}

/** The forms of a secret: text, hexadecimal digits, Node's print of a Buffer, and numbers. */
function hide(name: string, part: Buffer): void {
  const hex = part.toString('hex')
  const forms = [
    part.toString(),
    hex,
    hex.replace(/..(?=.)/g, '$& '),
    [...part].join(','),
    [...part].join(', '),
  ]
  for (const form of forms) needles.set(form, name)
}

/** The secret that a text shows, if any. */
export function leak(text: string): string | undefined {
  // Node prints lists of numbers in columns.
  const squeezed = text.replace(/\s+/g, ' ')
  for (const [needle, name] of needles) {
    if (squeezed.includes(needle)) return `${name} (${needle}) shows in: ${text}`
  }
  return undefined
}

/** Everything that a program may print of an error. */
function printed(error: unknown): string[] {
  const deep = inspect(error, { depth: null, maxStringLength: null, maxArrayLength: null })
  const { stack = '' } = error as Error
  return [deep, String(error), stack, JSON.stringify(error) ?? '', inspect(Object.entries(error as object))]
}

/** Fails if an error, or anything attached to it, prints a secret. */
export function assertSilent(errors: readonly unknown[]): void {
  for (const text of errors.flatMap(printed)) assert.equal(leak(text), undefined)
}

/** A logger that keeps everything, at level debug. */
export class Lines implements Logger {
  readonly lines: string[] = []
  error = (message: string) => void this.lines.push(message)
  warn = this.error
  info = this.error
  debug = this.error

  assertSilent(): void {
    for (const line of this.lines) assert.equal(leak(line), undefined)
  }
}
