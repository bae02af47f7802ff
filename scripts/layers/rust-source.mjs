// Prepares Rust source for a search: without comments, contents of literals and test code.

const COMMENT_OR_LITERAL = new RegExp(
  [
    String.raw`\/\/[^\n]*`,
    String.raw`\/\*[\s\S]*?\*\/`,
    String.raw`\bb?r(?<hashes>#*)"[\s\S]*?"\k<hashes>`,
    String.raw`b?"(?:\\[\s\S]|[^"\\])*"`,
    // A character, and not a lifetime, which has no second quote.
    String.raw`b?'(?:\\(?:u\{[^}]*\}|x..|.)|[^'\\])'`,
  ].join('|'),
  'g',
)

/** The source with a space in place of each comment and an empty literal in place of each literal. */
export function codeOnly(source) {
  return source.replace(COMMENT_OR_LITERAL, (text) => (text.startsWith('/') ? ' ' : '""'))
}

/** The code without items under `#[cfg(test)]`, and the names of the modules that are declared there. */
export function withoutTests(code) {
  const testOnly = new Set()
  let rest = code
  for (;;) {
    const start = rest.search(/#\[cfg\((?:test|all\(test\b|any\(test\b)/)
    if (start < 0) return { code: rest, testOnly }
    const end = endOfItem(rest, start)
    const name = rest.slice(start, end).match(/\bmod\s+(\w+)\s*;$/)
    if (name !== null) testOnly.add(name[1])
    rest = rest.slice(0, start) + rest.slice(end)
  }
}

/** Where the item that begins here ends: behind its `;`, `,` or closing brace. */
function endOfItem(code, start) {
  let depth = 0
  let at = skipAttributes(code, start)
  for (; at < code.length; at += 1) {
    const char = code[at]
    if ('([{'.includes(char)) depth += 1
    if (')]}'.includes(char)) {
      depth -= 1
      if (depth < 0) return at
      if (depth === 0 && char === '}') return at + 1
    }
    if (depth === 0 && (char === ';' || char === ',')) return at + 1
  }
  return at
}

function skipAttributes(code, start) {
  let at = start
  for (;;) {
    while (/\s/.test(code[at] ?? '')) at += 1
    if (!code.startsWith('#[', at)) return at
    let depth = 0
    do {
      if (code[at] === '[') depth += 1
      if (code[at] === ']') depth -= 1
      at += 1
    } while (depth > 0 || code[at - 1] === '#')
  }
}
