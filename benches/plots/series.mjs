// The peers that are shown, and their colours. The colours differ in lightness too.
import { PEERS } from '../processes/pool.mjs'

const COLORS = {
  ours: '#f76707',
  thrift: '#868e96',
  tuned: '#228be6',
  asyncFn: '#be4bdb',
  rust: '#37b24d',
}

export const SERIES = Object.entries(COLORS).map(([peer, color]) => ({
  peer,
  color,
  title: PEERS[peer].title,
}))

/** The summaries of each series for one work, by number in flight. Series without a summary are left out. */
export function seriesOf(summaries, work) {
  return SERIES.map((series) => ({
    ...series,
    points: summaries
      .filter((summary) => summary.peer === series.peer && summary.work === work && summary.rows === 1)
      .sort((a, b) => a.inFlight - b.inFlight),
  })).filter(({ points }) => points.length > 0)
}
