/**
 * Splits a line of authors, "Ana Li (MIT, USA),  Bo  Xu and The ATLAS Collaboration". Commas inside parentheses do not
 * separate names; parentheses after a name contain an affiliation, which is dropped.
 */
export function splitAuthors(line: string): string[] {
  const spaced = line.replace(/\s+/g, ' ')
  const parts = isBalanced(spaced) ? partsOutside(spaced) : spaced.split(',')
  return parts.map(nameIn).filter(Boolean)
}

function isBalanced(line: string): boolean {
  let depth = 0
  for (const sign of line) {
    if (sign === '(') depth++
    if (sign === ')' && --depth < 0) return false
  }
  return depth === 0
}

function partsOutside(line: string): string[] {
  const parts: string[][] = [[]]
  let depth = 0
  for (const piece of line.split(/([(),]| and )/)) {
    if (piece === '(') depth++
    if (piece === ')') depth--
    const parted = depth === 0 && (piece === ',' || piece === ' and ')
    if (parted) parts.push([])
    else parts.at(-1)!.push(piece)
  }
  return parts.map((pieces) => pieces.join(''))
}

const nameIn = (part: string): string => withoutAffiliation(part.trim().replace(/^and /, ''))

// Keeps a name that is entirely in parentheses.
function withoutAffiliation(name: string): string {
  let rest = name
  while (rest.endsWith(')')) {
    const start = startOfLastParenthesis(rest)
    if (start <= 0) break
    rest = rest.slice(0, start).trimEnd()
  }
  return rest
}

function startOfLastParenthesis(name: string): number {
  let depth = 0
  for (let i = name.length - 1; i >= 0; i--) {
    if (name[i] === ')') depth++
    if (name[i] === '(' && --depth === 0) return i
  }
  return -1
}
