// Clients with a defect put in on purpose. Tests use them to see that the checks find it.

import type { Table } from 'pegasus-client'
import { PegasusError } from 'pegasus-client'

type Method = (...args: never[]) => Promise<unknown>

interface Call {
  /** Makes the call as the table would. */
  go(): Promise<unknown>
  args: unknown[]
}

/** The defects: what a method of a broken table does in place of the real one. */
const SABOTAGES = {
  /** Acknowledges a write that is never sent. */
  'lost-write': { set: async () => undefined },
  /** Sends an increment twice. */
  'double-increment': { incr: ({ go }: Call) => go().then(go) },
  /** Writes, and reports that it did not. */
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
  /** Fails with a code that no fault here can cause. */
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

/** One call in this many is broken; the others work, so that the run goes on. */
const ONE_IN = 5

/** Wraps tables so that some of their calls have the defect. */
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
