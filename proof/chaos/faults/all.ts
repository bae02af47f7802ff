import type { Fault } from './nemesis'
import { RULE_FAULTS } from './rule-faults'
import { SERVER_FAULTS } from './server-faults'

/** All kinds of faults that a nemesis draws from. */
export const FAULTS: Fault[] = [...SERVER_FAULTS, ...RULE_FAULTS]
