// After punctuation that ends a clause, no command waits for its argument.
const SEAM = /(?<=[.,:;!?] )/
const OPENING_OR_CLOSING = /\\(?:begin|end)\{|\\[A-Za-z]+\[|\\[\s\S]|[{}\]]|\$\$?/g
const NEEDS_PARSER = /[\\${}^_~%&#`'"]|--/

interface Piece {
  text: string
  isTex: boolean
}

/** The number of open groups and options, and whether math is open. */
interface Open {
  groups: number
  options: number
  math: boolean
}

/** Splits a text into clauses that are balanced. Parsing takes milliseconds, and most clauses contain no TeX. */
export function splitTex(text: string): Piece[] {
  const open: Open = { groups: 0, options: 0, math: false }
  const pieces: string[] = ['']
  for (const clause of text.split(SEAM)) {
    pieces.push(pieces.pop() + clause)
    for (const [sign] of clause.matchAll(OPENING_OR_CLOSING)) step(open, sign)
    if (open.groups === 0 && open.options === 0 && !open.math) pieces.push('')
  }
  return pieces.map((piece) => ({ text: piece, isTex: NEEDS_PARSER.test(piece) }))
}

function step(open: Open, sign: string): void {
  if (sign.startsWith('$')) open.math = !open.math
  else if (sign === ']') open.options = Math.max(0, open.options - 1)
  else if (/^\\\w+\[$/.test(sign)) open.options++
  else open.groups += GROUPS[sign] ?? 0
}

// \begin opens its environment and the brace that follows; the brace after the name closes the latter.
const GROUPS: Record<string, number> = {
  '{': 1,
  '}': -1,
  '\\(': 1,
  '\\)': -1,
  '\\[': 1,
  '\\]': -1,
  '\\begin{': 2,
  '\\end{': 0,
}
