import { wrongType } from '../../values/argument-errors'
import { describe, previewText } from './describe'
import { nearest } from './nearest'

/** Checks one option and gives the value that the addon takes for it. */
// biome-ignore lint/suspicious/noExplicitAny: each check knows the type of its own option.
export type OptionCheck = (name: string, value: any) => unknown

/** A check for every option of `T`: an option without a check does not compile. */
export type Checks<T> = { readonly [Name in keyof Required<T>]: OptionCheck }

/** The options given by the caller, as their checks returned them. */
export type Checked<C> = { [Name in keyof C]?: C[Name] extends OptionCheck ? ReturnType<C[Name]> : never }

/** Checks each option by its name; `undefined` counts as absent. Messages show `path` in front of the name. */
export function checked<C extends Record<string, OptionCheck>>(
  options: unknown,
  checks: C,
  path = 'options',
): Checked<C> {
  const result: Checked<C> = {}
  if (options === undefined) return result
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw wrongType(`${path} must be an object, got ${describe(options)}`)
  }
  for (const name in options) {
    const check = Object.hasOwn(checks, name) ? checks[name] : refuseName(name, Object.keys(checks), path)
    const value = (options as Record<string, unknown>)[name]
    if (value !== undefined)
      result[name as keyof C] = check?.(`${path}.${name}`, value) as Checked<C>[keyof C]
  }
  return result
}

function refuseName(name: string, known: readonly string[], path: string): never {
  const meant = nearest(name, known)
  if (meant !== undefined) throw wrongType(`${path} has no ${JSON.stringify(name)}: did you mean ${meant}?`)
  // Rows passed by mistake have keys as property names, so only a preview is shown.
  throw wrongType(`${path} has no ${previewText(name)}: known are ${known.join(', ')}`)
}
