const PREVIEW_BYTES = 16
/** The longest text of a JavaScript number. A bigint can be longer, and may be a key that should be a string. */
const MOST_DIGITS = 24

const SHOWN: readonly string[] = ['number', 'bigint', 'boolean']

/** Names a wrong value for a message: its type and, where that is short and shows no content, the value itself. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (SHOWN.includes(typeof value)) return `${typeof value} ${shortened(String(value))}`
  if (typeof value === 'string') return `string ${preview(Buffer.from(value))}`
  return kindOf(value)
}

/** As {@link describe}, for stored values: it never shows content, not even a short one. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value !== 'object') return `a ${typeof value}`
  return `an object of class ${value.constructor?.name ?? 'null'}`
}

/** The first bytes as text, in quotes. */
export function preview(bytes: Uint8Array): string {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, PREVIEW_BYTES))
  return JSON.stringify(start.toString()) + (bytes.length > PREVIEW_BYTES ? '…' : '')
}

/** The start of a text that may be a key, in quotes. */
export function previewText(text: string): string {
  return preview(Buffer.from(text))
}

function shortened(text: string): string {
  return text.length > MOST_DIGITS ? `${text.slice(0, PREVIEW_BYTES)}…` : text
}
