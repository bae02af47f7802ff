import { Crossing } from './crossing'
import { loadAddon } from './native-loader'

let shared: Crossing | undefined

/** The crossing of this thread. Made when it is first needed, so that a missing addon rejects that call. */
export function sharedCrossing(): Crossing {
  shared ??= new Crossing(loadAddon())
  return shared
}
