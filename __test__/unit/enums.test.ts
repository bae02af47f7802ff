// The numbers of the public enums are those that the protocol puts on the wire.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { CheckType, FilterType, NodeStatus, TableStatus } from '../../lib'

const IDL = readFileSync(join(__dirname, '../../crates/protocol/src/idl/enums.rs'), 'utf8')

/** Name and number of each value of an enum of the protocol. */
function inProtocol(name: string): Record<string, number> {
  const body = new RegExp(String.raw`\benum ${name} \{([^}]*)\}`).exec(IDL)?.[1]
  assert(body !== undefined, `the protocol has no enum ${name}`)
  return Object.fromEntries(
    [...body.matchAll(/(\w+) = (\d+)/g)].map(([, key, number]) => [key, Number(number)]),
  )
}

/** The same of an enum of TypeScript, which also maps numbers to names. */
function inTypeScript(values: Record<string, string | number>): Record<string, string | number> {
  return Object.fromEntries(Object.entries(values).filter(([, number]) => typeof number === 'number'))
}

describe('the numbers of the protocol', () => {
  it('are those of the enums that calls take', () => {
    assert.deepEqual(inTypeScript(FilterType), inProtocol('FilterType'))
    assert.deepEqual(inTypeScript(CheckType), inProtocol('CheckType'))
  })

  it('are those of the states that results tell, except for the one of requests', () => {
    for (const [values, name] of [
      [TableStatus, 'AppStatus'],
      [NodeStatus, 'NodeStatus'],
    ] as const) {
      const { Invalid, ...told } = inProtocol(name)
      assert.equal(Invalid, 0)
      assert.deepEqual(inTypeScript(values), told)
    }
  })
})
