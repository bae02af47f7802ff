// Scales: the position of a value, and the values of the grid lines.

/** From zero to a round number above the largest. */
export function linear(values) {
  const largest = Math.max(...values)
  const magnitude = 10 ** Math.floor(Math.log10(largest))
  const step = [0.1, 0.2, 0.25, 0.5, 1, 2].map((part) => part * magnitude).find((s) => largest / s <= 6)
  const top = Math.ceil(largest / step) * step
  const ticks = Array.from({ length: Math.round(top / step) + 1 }, (_, index) => index * step)
  return { ticks, position: (value) => value / top }
}

/** Between powers of ten, with 1, 2 and 5 of each. */
export function logarithmic(values) {
  const candidates = []
  for (let exponent = -4; exponent < 8; exponent++) {
    candidates.push(...[1, 2, 5].map((factor) => factor * 10 ** exponent))
  }
  const bottom = candidates.findLast((tick) => tick <= Math.min(...values))
  const top = candidates.find((tick) => tick >= Math.max(...values) && tick > bottom)
  const ticks = candidates.filter((tick) => tick >= bottom && tick <= top)
  return { ticks, position: (value) => Math.log(value / bottom) / Math.log(top / bottom) }
}
