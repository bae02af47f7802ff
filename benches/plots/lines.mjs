// A line plot: a measure by number of operations in flight, one panel for each work.
import { SERIES, seriesOf } from './series.mjs'
import { element, gridLine, legend, picture, text } from './svg.mjs'

const PANEL = { width: 400, height: 250 }
const MARGIN = { left: 64, right: 16, top: 64, bottom: 44 }

/** `scale` maps a value to the range from 0 (bottom) to 1 (top), and lists the values of the grid lines. */
export function linePlot({ title, works, summaries, measure, makeScale, format }) {
  const panels = works.map((work) => ({ work, series: drawable(summaries, work, measure) }))
  const values = panels.flatMap(({ series }) => series.flatMap(({ points }) => points.map((p) => p[measure])))
  const scale = makeScale(values)
  const width = works.length * PANEL.width
  const height = MARGIN.top + PANEL.height + MARGIN.bottom
  const shown = SERIES.filter(({ peer }) => panels.some(({ series }) => series.some((s) => s.peer === peer)))
  return picture(width, height, title, [
    text(MARGIN.left, 18, title, { 'font-size': 14, 'font-weight': 600 }),
    legend(MARGIN.left, 38, shown),
    ...panels.map((panel, index) => drawPanel(panel, index * PANEL.width, { measure, scale, format })),
  ])
}

/** A hundred in flight is measured only for the comparison with a batch of a hundred. */
function drawable(summaries, work, measure) {
  const wanted = summaries.filter((summary) => summary.inFlight !== 100 && summary[measure] !== undefined)
  return seriesOf(wanted, work)
}

function drawPanel({ work, series }, offset, { measure, scale, format }) {
  const [left, right] = [offset + MARGIN.left, offset + PANEL.width - MARGIN.right]
  const bottom = MARGIN.top + PANEL.height
  const counts = [...new Set(series.flatMap(({ points }) => points.map((point) => point.inFlight)))]
  counts.sort((a, b) => a - b)
  const x = (count) => left + 20 + ((right - left - 40) * counts.indexOf(count)) / (counts.length - 1)
  const y = (value) => bottom - PANEL.height * scale.position(value)
  const grid = scale.ticks.map((tick) => gridLine(left, right, y(tick), format(tick)))
  const ticks = counts.map((count) => text(x(count), bottom + 18, String(count), { 'text-anchor': 'middle' }))
  const caption = text((left + right) / 2, bottom + 36, `${work}, operations in flight`, {
    'text-anchor': 'middle',
  })
  const lines = series.map(({ color, points }) => {
    const places = points.map((point) => [x(point.inFlight), y(point[measure])])
    const path = places.map((place) => place.map((number) => number.toFixed(1)).join(',')).join(' ')
    const dots = places.map(([cx, cy]) => element('circle', { cx, cy, r: 3, fill: color }))
    return (
      element('polyline', { points: path, fill: 'none', stroke: color, 'stroke-width': 2 }) + dots.join('')
    )
  })
  return [...grid, ...ticks, caption, ...lines].join('\n')
}
