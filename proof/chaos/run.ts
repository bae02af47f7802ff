import { randomInt } from 'node:crypto'
import { LocalCluster } from 'pegasus-client'
import { Random } from '../../__test__/support/random'
import { NameServer } from '../../scripts/network/name-server.mjs'
import { Pauses } from './calls/pauses'
import { describe, Watch } from './calls/watch'
import { allFaults, chosenFaults } from './faults/all'
import { Recovery } from './faults/recovery'
import { report } from './report'
import { runRound } from './round'
import { alteration, type Sabotage, sabotageNamed } from './sabotage'
import { Fleet } from './workload/fleet'
import { createSideTables } from './workload/side-tables'

const DEFAULT_SECONDS = 60
const ROUND_MS = 4000
/** The run ends after this many violations. */
const ENOUGH = 5
/** The name of all servers, where there is a name server. */
const HOST = 'cluster.test'

export interface ChaosPlan {
  seconds: number
  /** Determines all that is drawn: operations, faults, their order. It does not determine when they happen. */
  seed: number
  /** A defect put into the client on purpose, which the run must find. */
  sabotage?: Sabotage
  /** Only faults whose kind has this in its name. */
  only?: string
  /** Clients know servers by names, and the run is the name server: look-ups of this process must ask it. */
  hasNameServer?: boolean
}

/** What the command line gives. */
interface Given {
  seconds?: string
  seed?: string
  sabotage?: string
  only?: string
  'name-server'?: boolean
}

/** Reads the plan from the command line. */
export function readPlan(given: Given): ChaosPlan {
  return {
    seconds: whole('--seconds', given.seconds, DEFAULT_SECONDS),
    seed: whole('--seed', given.seed, randomInt(2 ** 31)),
    sabotage: given.sabotage === undefined ? undefined : sabotageNamed(given.sabotage),
    only: given.only,
    hasNameServer: given['name-server'] ?? false,
  }
}

function whole(name: string, given: string | undefined, otherwise: number): number {
  const number = given === undefined ? otherwise : Number(given)
  if (Number.isSafeInteger(number) && number >= 0) return number
  throw new RangeError(`${name} must be a whole number from 0 on, got ${given}`)
}

/** Runs rounds until the time is over and prints the report; false if there was a violation. */
export async function runChaos(plan: ChaosPlan, print: (line: string) => void): Promise<boolean> {
  const { seed, seconds, sabotage, only } = plan
  const nameServer = plan.hasNameServer ? await NameServer.start(0) : undefined
  const faults = chosenFaults(allFaults(nameServer), only)
  print(`chaos for ${seconds} s with --seed ${seed}`)
  const named = nameServer === undefined ? {} : { host: HOST, hostPorts: true }
  const cluster = await LocalCluster.start({ replicaServers: 3, metaServers: 3, ...named })
  const fleet = await Fleet.connect(
    nameServer === undefined ? cluster.metaServers : byName(cluster.metaServers),
  )
  const opened = (await createSideTables(cluster)).map((name) => fleet.open(name))
  const sideTables = (await Promise.all(opened)).flat().flatMap(({ tables }) => tables)
  const tableObjects = sideTables.length + fleet.size
  const pauses = new Pauses(cluster)
  const watch = new Watch(pauses)
  const unhandled = (error: unknown) => watch.violation(`a rejection that nobody handles: ${describe(error)}`)
  process.on('unhandledRejection', unhandled)

  const seeds = new Random(seed)
  const recovery = new Recovery()
  const tally = { faults: new Map<string, number>(), answersChanged: 0 }
  const verdicts = { histories: 0, operations: 0, undecided: 0 }
  const start = performance.now()
  const passed = () => (performance.now() - start) / 1000
  let rounds = 0
  while (rounds === 0 || (passed() < seconds && watch.violations.length < ENOUGH)) {
    rounds++
    const lastsMs = Math.min(ROUND_MS, Math.max(1000, (seconds - passed()) * 1000))
    const alter = sabotage === undefined ? undefined : alteration(sabotage)
    const roundSeed = seeds.integer(0, 2 ** 31)
    const shared = { cluster, fleet, faults, sideTables, watch, tally, pauses, recovery, verdicts }
    await runRound({ ...shared, number: rounds, seed: roundSeed, lastsMs, alter })
    pauses.forget()
  }

  recovery.end()
  await fleet.close()
  await pauses.stop()
  await cluster.stop()
  await nameServer?.close()
  process.off('unhandledRejection', unhandled)
  const findings = { seed, seconds: passed(), rounds, tableObjects, nameServer }
  print(report({ ...findings, watch, tally, recovery, verdicts, pauses }))
  return watch.violations.length === 0
}

/** The same servers, each by a name of its own. */
function byName(metaServers: readonly string[]): string[] {
  return metaServers.map((server, at) => `meta-${at + 1}.test:${server.split(':')[1]}`)
}
