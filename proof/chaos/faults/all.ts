import type { NameServer } from '../../../scripts/network/name-server.mjs'
import { MOVES } from './moves'
import { nameServerFaults } from './name-server'
import type { Fault } from './nemesis'
import { RULE_FAULTS } from './rule-faults'
import { SERVER_FAULTS } from './server-faults'
import { SLOW_SERVERS } from './slow-servers'

/** All kinds of faults that a nemesis draws from, given the name server of the run, if there is one. */
export function allFaults(nameServer: NameServer | undefined): Fault[] {
  const ofNames = nameServer === undefined ? [] : nameServerFaults(nameServer)
  return [...SERVER_FAULTS, ...SLOW_SERVERS, ...MOVES, ...RULE_FAULTS, ...ofNames]
}

/** Those whose kind has `only` in its name. */
export function chosenFaults(all: readonly Fault[], only = ''): Fault[] {
  const chosen = all.filter(({ kind }) => kind.includes(only))
  if (chosen.length > 0) return chosen
  throw new RangeError(
    `--only must be part of the name of a fault, got ${only}; there are ${all.map(({ kind }) => kind).join(', ')}`,
  )
}
