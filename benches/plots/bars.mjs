// A bar plot: percentiles of latency, one panel for each number of operations in flight.
import { linear } from './scales.mjs'
import { seriesOf } from './series.mjs'
import { element, gridLine, legend, picture, text } from './svg.mjs'

const PANEL = { width: 400, height: 220 }
const MARGIN = { left: 64, right: 16, top: 64, bottom: 44 }
const PERCENTILES = ['p50', 'p90', 'p99']

/** Each panel has its own scale, as latencies with many in flight would dwarf those with one. */
export function barPlot({ title, work, counts, summaries, format }) {
  const panels = counts.map((count) => ({
    count,
    series: seriesOf(summaries, work)
      .map((series) => ({ ...series, point: series.points.find(({ inFlight }) => inFlight === count) }))
      .filter(({ point }) => point !== undefined),
  }))
  const height = MARGIN.top + PANEL.height + MARGIN.bottom
  const [most] = [...panels].sort((a, b) => b.series.length - a.series.length)
  return picture(counts.length * PANEL.width, height, title, [
    text(MARGIN.left, 18, title, { 'font-size': 14, 'font-weight': 600 }),
    legend(MARGIN.left, 38, most.series),
    ...panels.map((panel, index) => drawPanel(panel, index * PANEL.width, work, format)),
  ])
}

function drawPanel({ count, series }, offset, work, format) {
  const [left, right] = [offset + MARGIN.left, offset + PANEL.width - MARGIN.right]
  const bottom = MARGIN.top + PANEL.height
  const scale = linear(series.flatMap(({ point }) => PERCENTILES.map((name) => point[name])))
  const group = (right - left) / PERCENTILES.length
  const width = (group * 0.8) / series.length
  const grid = scale.ticks.map((tick) =>
    gridLine(left, right, bottom - PANEL.height * scale.position(tick), format(tick)),
  )
  const bars = PERCENTILES.flatMap((name, index) =>
    series.map(({ color, point }, place) => {
      const height = PANEL.height * scale.position(point[name])
      const x = left + group * (index + 0.1) + width * place
      return element('rect', { x, y: bottom - height, width: width - 2, height, fill: color })
    }),
  )
  const names = PERCENTILES.map((name, index) =>
    text(left + group * (index + 0.5), bottom + 18, name, { 'text-anchor': 'middle' }),
  )
  const caption = text((left + right) / 2, bottom + 36, `${work}, ${count} in flight`, {
    'text-anchor': 'middle',
  })
  return [...grid, ...bars, ...names, caption].join('\n')
}
