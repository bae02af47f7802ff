import { describe, previewText } from './arguments'
import { wrongType } from './errors'
import { nearest } from './nearest'

/** Checks one option and gives what the addon takes for it. */
// biome-ignore lint/suspicious/noExplicitAny: each check knows the type of its own option.
export type Check = (name: string, value: any) => unknown

/** A check for every option of `T`, so that an option without one does not compile. */
export type Checks<T> = { readonly [Name in keyof Required<T>]: Check }

/** The options that were given, as their checks made them. */
export type Checked<C> = { [Name in keyof C]?: C[Name] extends Check ? ReturnType<C[Name]> : never }

/** Checks the options given by name; `undefined` is the same as absent. `path` is where they stand, for messages. */
export function checked<C extends Record<string, Check>>(
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
  // Rows given in the place of options have keys for names.
  throw wrongType(`${path} has no ${previewText(name)}: known are ${known.join(', ')}`)
}
