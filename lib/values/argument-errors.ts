/** The `code` of every error about a wrong argument. */
export const INVALID_ARGUMENT = 'ERR_INVALID_ARGUMENT'

/** For a value of the wrong type, or a combination of options that has no effect. */
export function wrongType(message: string): TypeError {
  return Object.assign(new TypeError(message), { code: INVALID_ARGUMENT })
}

/** For a value of the right type outside its bounds. */
export function outOfRange(message: string): RangeError {
  return Object.assign(new RangeError(message), { code: INVALID_ARGUMENT })
}

/** For a class that users cannot construct; `instead` is the call that makes one. */
export function notConstructible(className: string, instead: string): TypeError {
  return wrongType(`a ${className} is not made with new: use ${instead}`)
}
