import { MOVES } from './moves'
import type { Fault } from './nemesis'
import { RULE_FAULTS } from './rule-faults'
import { SERVER_FAULTS } from './server-faults'
import { SLOW_SERVERS } from './slow-servers'

/** All kinds of faults that a nemesis draws from. */
export const FAULTS: Fault[] = [...SERVER_FAULTS, ...SLOW_SERVERS, ...MOVES, ...RULE_FAULTS]
