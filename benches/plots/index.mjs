// The three plots of a run.
import { barPlot } from './bars.mjs'
import { linePlot } from './lines.mjs'
import { linear, logarithmic } from './scales.mjs'

const plain = (value) => String(Number(value.toPrecision(3)))
const thousands = (value) => (value === 0 ? '0' : `${plain(value / 1000)} k`)

export function throughputPlot(summaries) {
  const title = 'Operations a second'
  const works = ['get', 'set']
  return linePlot({
    title,
    works,
    summaries,
    measure: 'throughput',
    makeScale: linear,
    format: thousands,
  })
}

export function cpuPlot(summaries) {
  const title = 'CPU time of the client process, µs an operation'
  const works = ['get', 'set']
  return linePlot({ title, works, summaries, measure: 'cpu', makeScale: logarithmic, format: plain })
}

export function latencyPlot(summaries) {
  const title = 'Latency of a get, ms'
  return barPlot({ title, work: 'get', counts: [1, 128], summaries, format: plain })
}
