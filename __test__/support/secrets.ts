import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import type { Logger } from 'pegasus-client'

/** So much of a key may show, and nothing of a value. */
const KEY_PREFIX = 16
/** A leak of fewer bytes than that is chance: error texts may show the four bytes that a message starts with. */
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

/** As text, as hexadecimal digits, as Node prints a Buffer, and as numbers. */
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

/** Which secret a text lets out, if any. */
export function leak(text: string): string | undefined {
  // Node sets lists of numbers in columns.
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

/** Fails when an error, or anything it carries, prints a secret. */
export function assertSilent(errors: readonly unknown[]): void {
  for (const text of errors.flatMap(printed)) assert.equal(leak(text), undefined)
}

/** A logger that takes everything, at the level of debug. */
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
