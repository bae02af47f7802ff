// The SVG that the three plots need. Every colour is readable on white and on black, as GitHub shows pictures on both.

export const INK = '#7d8590'
const FONT = 'font-family="system-ui, sans-serif"'

const number = (value) => Number(value.toFixed(1))

function attributes(given) {
  return Object.entries(given)
    .map(([name, value]) => ` ${name}="${typeof value === 'number' ? number(value) : value}"`)
    .join('')
}

export function element(name, given, content = '') {
  return content === ''
    ? `<${name}${attributes(given)}/>`
    : `<${name}${attributes(given)}>${content}</${name}>`
}

export function text(x, y, content, given = {}) {
  return element('text', { x, y, fill: INK, ...given }, withoutMarkup(content))
}

function withoutMarkup(content) {
  return content.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign])
}

/** A horizontal grid line with its label at the left. */
export function gridLine(left, right, y, label) {
  const line = element('line', { x1: left, x2: right, y1: y, y2: y, stroke: INK, 'stroke-opacity': 0.3 })
  return line + text(left - 6, y + 4, label, { 'text-anchor': 'end' })
}

/** A box and a name for each series, in one row. */
export function legend(x, y, series) {
  let at = x
  return series
    .map(({ title, color }) => {
      const start = at
      at += 30 + title.length * 6.6
      return (
        element('rect', { x: start, y: y - 9, width: 10, height: 10, rx: 2, fill: color }) +
        text(start + 15, y, title)
      )
    })
    .join('')
}

export function picture(width, height, title, parts) {
  const opening = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" ${FONT} font-size="12">`
  return `${opening}\n<title>${withoutMarkup(title)}</title>\n${parts.join('\n')}\n</svg>\n`
}
