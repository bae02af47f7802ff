// Runs experiments: all entrants in turns, round by round.
import { judge, summarize } from './compare.mjs'
import { formatSummary } from './report.mjs'

/** Rows name entrants anew; what they do is who they are. */
const nameOf = ({ peer, work, inFlight }) => `${peer} ${work} ${inFlight}`

export class Runner {
  #peers
  #options
  #loaded = new Set()
  /** What came of each entrant, in the order of the experiments. */
  summaries = []
  results = []

  constructor(peers, options) {
    this.#peers = peers
    this.#options = options
  }

  async run({ command = 'run', fields, table = 'points', entrants, rows, ...experiment }) {
    await this.#load(table)
    const rounds = new Map(entrants.map((entrant) => [entrant, []]))
    const count = Math.min(this.#options.rounds, experiment.rounds ?? Number.POSITIVE_INFINITY)
    for (let round = 0; round < count; round++) {
      for (const entrant of entrants) {
        const peer = await this.#peers.get(entrant.peer)
        const asked = fields ?? this.#measurement(entrant, round)
        rounds.get(entrant).push(await peer.ask(command, { work: entrant.work, ...asked }))
      }
    }
    this.#conclude(rounds, rows)
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

  /** The first round warms up longer: just-in-time compilers have not seen the work yet. */
  #measurement({ inFlight }, round) {
    const { seconds } = this.#options
    return { inFlight, seconds, warmUpSeconds: seconds * (round === 0 ? 0.5 : 0.2) }
  }
}
