// Decides which licences are allowed: it checks SPDX expressions against the list in deny.toml.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../run.mjs'

const ALLOW = /^\[licenses\]$[^[]*^allow = \[$(.*?)^\]$/ms

/** Reads the list in deny.toml, its only home. */
export function allowedLicences() {
  const list = ALLOW.exec(readFileSync(join(root, 'deny.toml'), 'utf8'))
  if (list === null) throw new Error('deny.toml has no list licenses.allow')
  return new Set([...list[1].matchAll(/^\s*"([^"]+)"/gm)].map(([, id]) => id))
}

/**
 * Whether allowed licences satisfy an SPDX expression: one side of an OR is enough, an AND needs both. The slash of
 * older manifests is an OR. An expression that cannot be read is not allowed.
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
