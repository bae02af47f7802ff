/** Finds the name most similar to the one given, or undefined when no name is close enough to be a typing error. */
export function nearest(given: string, names: readonly string[]): string | undefined {
  const most = Math.max(2, Math.floor(given.length / 3))
  const ranked = names
    .map((name) => ({ name, edits: edits(given.toLowerCase(), name.toLowerCase()) }))
    .sort((left, right) => left.edits - right.edits)
  return ranked[0] !== undefined && ranked[0].edits <= most ? ranked[0].name : undefined
}

/** The edit distance: how many letters to insert, drop or replace to turn one word into the other. */
function edits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i)
  for (const letter of from) {
    const above = row
    row = [(above[0] as number) + 1]
    for (let i = 0; i < to.length; i++) {
      const replaced = (above[i] as number) + (letter === to[i] ? 0 : 1)
      row.push(Math.min(replaced, (above[i + 1] as number) + 1, (row[i] as number) + 1))
    }
  }
  return row[to.length] as number
}
