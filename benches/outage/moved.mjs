// A primary moves while writes are in flight. As a real one, the old primary never answers those that it has not
// finished: a rule lets it drop what comes in the last moments before the move.
import { setTimeout as sleep } from 'node:timers/promises'
import { now } from '../scripted/server.mjs'
import { TABLE, until, warm } from './bench.mjs'
import { atMost, row } from './rows.mjs'

const DEADLINE_MS = 4000
/** Long enough that most writers have a write at the old primary; longer, if none has been dropped by then. */
const DROPPING_MS = 30
/** Three of four writers set, one increments. */
const works = ['set', 'set', 'set', 'incr']

export async function moved(bench) {
  const rounds = await bench.repeat(3, () => moveOnce(bench))
  const [sets, incrs] = [rounds.map(({ set }) => set), rounds.map(({ incr }) => incr)]
  const failed = sum(sets, 'failed')
  return [
    row({
      what: 'a primary moves: until the last set that was in flight has ended',
      unit: 'ms',
      runs: sets.map(({ lastEndMs }) => lastEndMs),
      goal: atMost(1000, 'ms'),
      failures: failed,
      note: `${failed} of ${sum(sets, 'count')} sets in flight failed; the slowest took ${longest(sets)} ms`,
    }),
    row({
      what: 'a primary moves: until the last incr that was in flight has ended',
      unit: 'ms',
      runs: incrs.map(({ lastEndMs }) => lastEndMs),
      goal: atMost(1000, 'ms'),
      failures: sum(incrs, 'untold'),
      note: `${sum(incrs, 'failed')} of ${sum(incrs, 'count')} ended with an error that says maybeApplied`,
    }),
  ]
}

const sum = (rounds, field) => rounds.reduce((total, round) => total + round[field], 0)
const longest = (rounds) => Math.round(Math.max(...rounds.map(({ longestMs }) => longestMs)))

function moveOnce(bench) {
  return bench.withBoth({}, async (cluster, client) => {
    await warm(client, 'set')
    await client.ask('start', {
      works,
      callers: bench.size(64, 16),
      options: { timeoutMs: bench.size(DEADLINE_MS, 1000) },
    })
    await sleep(200)
    const server = await cluster.primary(TABLE, 0)
    const rules = ['put', 'incr'].map((rpc) =>
      cluster.addFault({ rpc, server, partitionIndex: 0, table: TABLE, reaction: { drop: true } }),
    )
    await sleep(DROPPING_MS)
    await until(() => rules.every(({ hits }) => hits > 0))
    await cluster.movePrimary(TABLE, 0)
    const movedAt = now()
    for (const rule of rules) rule.remove()
    await sleep(bench.size(1500, 200))
    const outcomes = await client.ask('stop')
    return { set: inFlightAt(movedAt, outcomes, 'set'), incr: inFlightAt(movedAt, outcomes, 'incr') }
  })
}

/** What became of the calls that had started before the move and had not ended. */
function inFlightAt(movedAt, outcomes, work) {
  const calls = outcomes.filter(
    (one) => one.work === work && one.startedAt <= movedAt && one.startedAt + one.ms >= movedAt,
  )
  const failed = calls.filter(({ code }) => code !== undefined)
  return {
    count: calls.length,
    failed: failed.length,
    untold: failed.filter(({ maybeApplied }) => !maybeApplied).length,
    lastEndMs: Math.max(0, ...calls.map(({ startedAt, ms }) => startedAt + ms - movedAt)),
    longestMs: Math.max(0, ...calls.map(({ ms }) => ms)),
  }
}
