// Which licences may become part of this repository's packages: the list in deny.toml, for SPDX expressions.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../run.mjs'

const ALLOW = /^\[licenses\]$[^[]*^allow = \[$(.*?)^\]$/ms

/** The list in deny.toml, so that it has one home. */
export function allowedLicences() {
  const list = ALLOW.exec(readFileSync(join(root, 'deny.toml'), 'utf8'))
  if (list === null) throw new Error('deny.toml has no list licenses.allow')
  return new Set([...list[1].matchAll(/^\s*"([^"]+)"/gm)].map(([, id]) => id))
}

/**
 * Whether an SPDX expression can be met with allowed licences: of an OR one side is enough, an AND needs both.
 * The slash of older manifests is an OR. What cannot be read is not allowed.
 */
export function isAllowed(expression, allowed) {
  if (typeof expression !== 'string') return false
  const tokens = expression.replaceAll('/', ' OR ').match(/[()]|[\w.+-]+/g) ?? []
  let isReadable = true
  const next = (token) => tokens[0] === token && tokens.shift() !== undefined
  const either = () => {
    let holds = both()
    while (next('OR')) holds = both() || holds
    return holds
  }
  const both = () => {
    let holds = one()
    while (next('AND')) holds = one() && holds
    return holds
  }
  const one = () => {
    if (next('(')) {
      const holds = either()
      return next(')') && holds
    }
    const id = tokens.shift()
    if (!/^\w/.test(id ?? '') || id === 'OR' || id === 'AND') isReadable = false
    return allowed.has(next('WITH') ? `${id} WITH ${tokens.shift()}` : id)
  }
  const holds = either()
  return holds && isReadable && tokens.length === 0
}
