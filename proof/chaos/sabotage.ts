// Clients that are broken on purpose, to see that the checks find them.

import type { Table } from 'pegasus-client'
import { PegasusError } from 'pegasus-client'

type Method = (...args: never[]) => Promise<unknown>

interface Call {
  /** What the table would do. */
  go(): Promise<unknown>
  args: unknown[]
}

/** How a method of a broken table answers; each only now and then, so that the rest goes on. */
const SABOTAGES = {
  /** Acknowledges a write that it never sends. */
  'lost-write': { set: async () => undefined },
  /** Sends an increment twice. */
  'double-increment': { incr: ({ go }: Call) => go().then(go) },
  /** Writes, and says that it did not. */
  'wrong-denial': {
    set: async ({ go }: Call) => {
      await go()
      throw new PegasusError('ERR_BUSY', 'sabotage')
    },
  },
  /** Writes one row of several. */
  'half-write': {
    multiSet: ({ args }: Call, table: Table) => {
      const [hashKey, entries, options] = args as Parameters<Table['multiSet']>
      return table.multiSet(hashKey, [...(entries as [string, string][])].slice(0, 1), options)
    },
  },
  /** Answers long after the deadline. */
  'late-answer': {
    get: async ({ go }: Call) => {
      const answer = await go()
      await new Promise((resolve) => setTimeout(resolve, 2500))
      return answer
    },
  },
  /** Fails with what callers do not expect. */
  'strange-error': {
    get: async () => {
      throw new PegasusError('ERR_STRANGE', 'sabotage')
    },
  },
} satisfies Record<string, Record<string, (call: Call, table: Table) => Promise<unknown>>>

export type Sabotage = keyof typeof SABOTAGES

export const ALL_SABOTAGES = Object.keys(SABOTAGES) as Sabotage[]

export function sabotageNamed(name: string): Sabotage {
  if (name in SABOTAGES) return name as Sabotage
  throw new RangeError(`--sabotage must be one of ${ALL_SABOTAGES.join(', ')}, got ${name}`)
}

/** One call in so many is answered wrongly. */
const ONE_IN = 5

/** Makes broken tables of good ones. */
export function alteration(sabotage: Sabotage): (table: Table) => Table {
  const methods: Record<string, (call: Call, table: Table) => Promise<unknown>> = SABOTAGES[sabotage]
  let calls = 0
  return (table) =>
    new Proxy(table, {
      get(target, name) {
        const value = Reflect.get(target, name, target)
        if (typeof value !== 'function') return value
        const method: Method = value.bind(target)
        const broken = typeof name === 'string' ? methods[name] : undefined
        if (broken === undefined) return method
        return (...args: never[]) => {
          calls++
          const go = () => method(...args)
          return calls % ONE_IN === 0 ? broken({ go, args }, target) : go()
        }
      },
    })
}
