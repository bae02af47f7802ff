import { Crossing } from './crossing'
import { loadAddon } from './loader'

let crossing: Crossing | undefined

/** The crossing of this thread, made on first use. So a missing addon rejects the first call, not the import. */
export function threadCrossing(): Crossing {
  crossing ??= new Crossing(loadAddon())
  return crossing
}
