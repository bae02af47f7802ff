/**
 * What a cell holds: the value of one row, or the value that all rows of a hash key share; `null` for no row. No value
 * is written twice, so a value that is read identifies its write.
 */
export type Content = string | null

/** What an operation does to a cell, and what it saw there. A field is `undefined` if the caller got no answer. */
export type Action =
  | { kind: 'read'; saw: Content }
  | { kind: 'exist'; saw: boolean }
  | { kind: 'ttl'; saw: 'absent' | 'endless' | 'limited' }
  | { kind: 'write'; value: Content }
  | { kind: 'exchange'; expected: Content; value: string; succeeded?: boolean; actual?: Content }
  | { kind: 'add'; by: number; sum?: number }

/** A value written with a time to live, which is longer than any run. */
export const withTtl = (value: string) => `${value}+ttl`

const endures = (content: Content) => content === null || !content.endsWith('+ttl')

/** The content after the action; `undefined` if the action contradicts the content before it. */
export function after(content: Content, action: Action): Content | undefined {
  switch (action.kind) {
    case 'read':
      return action.saw === content ? content : undefined
    case 'exist':
      return action.saw === (content !== null) ? content : undefined
    case 'ttl':
      return action.saw === lifetime(content) ? content : undefined
    case 'write':
      return action.value
    case 'exchange':
      return exchanged(content, action)
    case 'add': {
      const sum = Number(content ?? 0) + action.by
      return action.sum === undefined || action.sum === sum ? String(sum) : undefined
    }
  }
}

function lifetime(content: Content): 'absent' | 'endless' | 'limited' {
  if (content === null) return 'absent'
  return endures(content) ? 'endless' : 'limited'
}

function exchanged(
  content: Content,
  { expected, value, succeeded, actual }: Action & { kind: 'exchange' },
): Content | undefined {
  const passes = content === expected
  if (succeeded !== undefined && succeeded !== passes) return undefined
  if (succeeded === false && actual !== undefined && actual !== content) return undefined
  return passes ? value : content
}

/** Whether the action leaves the cell unchanged. The search then takes it as soon as it fits. */
export function onlyLooks(action: Action): boolean {
  if (action.kind === 'exchange') return action.succeeded === false
  return action.kind === 'read' || action.kind === 'exist' || action.kind === 'ttl'
}

/** Whether the action may have seen this content. */
export function mayHaveSeen(action: Action, value: Content): boolean {
  switch (action.kind) {
    case 'read':
      return action.saw === value
    case 'exist':
      return action.saw === (value !== null)
    case 'ttl':
      return (action.saw === 'absent') === (value === null)
    case 'exchange':
      return action.expected === value || action.actual === value
    default:
      return false
  }
}

export function describeAction(action: Action): string {
  switch (action.kind) {
    case 'read':
      return `saw ${action.saw}`
    case 'exist':
      return action.saw ? 'saw that there is a value' : 'saw that there is none'
    case 'ttl':
      return action.saw === 'absent' ? 'saw that there is no value' : `saw a value with ${action.saw} life`
    case 'write':
      return action.value === null ? 'removes' : `writes ${action.value}`
    case 'exchange': {
      const asked = `exchanges ${action.expected} for ${action.value}`
      if (action.succeeded === undefined) return asked
      return action.succeeded ? `${asked}, and did` : `${asked}, but saw ${action.actual}`
    }
    case 'add':
      return action.sum === undefined ? `adds ${action.by}` : `adds ${action.by}, which made ${action.sum}`
  }
}
