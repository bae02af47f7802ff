// Runs experiments: all entrants take turns, round by round.
import { judge, summarize } from './compare.mjs'
import { watchOthers } from './others.mjs'
import { formatSummary } from './reports/tables.mjs'

/** Identifies an entrant. Rows have their own objects for the same entrant. */
const nameOf = ({ peer, work, inFlight }) => `${peer} ${work} ${inFlight}`

export class Runner {
  #peers
  #options
  #pids
  #loaded = new Set()
  #primed = new Set()
  /** The medians of each entrant, in the order of the experiments. */
  summaries = []
  results = []

  /** `pids`: processes of the benchmark that are not peers. */
  constructor(peers, options, pids) {
    this.#peers = peers
    this.#pids = pids
    this.#options = options
  }

  async run({ command = 'run', fields, table = 'points', entrants, rows, ...experiment }) {
    await this.#load(table)
    if (command === 'run') await this.#prime(entrants)
    const rounds = new Map(entrants.map((entrant) => [entrant, []]))
    const count = Math.min(this.#options.rounds, experiment.rounds ?? Number.POSITIVE_INFINITY)
    for (let round = 0; round < count; round++) {
      for (const entrant of entrants) {
        const peer = await this.#peers.get(entrant.peer)
        const asked = fields ?? this.#measurement(entrant)
        rounds.get(entrant).push(await this.#ask(peer, command, { work: entrant.work, ...asked }))
      }
    }
    this.#conclude(rounds, rows)
  }

  async #ask(peer, command, fields) {
    const pids = [process.pid, ...this.#pids, ...this.#peers.pids]
    const { result, share } = await watchOthers(pids, () => peer.ask(command, fields))
    return { ...result, others: share }
  }

  #conclude(rounds, rows) {
    const summaries = new Map()
    for (const [entrant, measured] of rounds) {
      const summary = summarize(entrant, measured)
      summaries.set(nameOf(entrant), summary)
      this.summaries.push({ ...entrant, ...summary })
      process.stdout.write(`${formatSummary(entrant, summary)}\n`)
    }
    for (const row of rows) {
      this.results.push({ row, ...judge(row, (entrant) => summaries.get(nameOf(entrant))) })
    }
  }

  /** Writes the rows of a table before the first experiment that needs them. */
  async #load(table) {
    if (this.#loaded.has(table)) return
    this.#loaded.add(table)
    const loader = await this.#peers.get(table === 'points' ? 'ours' : table)
    await loader.ask('load')
  }

  /** Runs work that is new to a peer once without measuring, so that just-in-time compilers have seen it. */
  async #prime(entrants) {
    for (const { peer, work } of entrants) {
      const name = `${peer} ${work}`
      if (this.#primed.has(name)) continue
      this.#primed.add(name)
      await (await this.#peers.get(peer)).ask('run', { work, ...this.#measurement({ inFlight: 128 }) })
    }
  }

  #measurement({ inFlight }) {
    const { seconds } = this.#options
    return { inFlight, seconds, warmUpSeconds: seconds / 5 }
  }
}
