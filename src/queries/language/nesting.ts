import type { Query } from '../query.ts'

/** The limit for nested brackets, NOTs and fields. Each level costs time in every part of the program. */
export const MAX_DEPTH = 8
/** A level may be an AND within an OR, or the reverse. Prose ("a except b except c") nests without any brackets. */
export const MAX_TREE_DEPTH = 2 * MAX_DEPTH + 1

/** A phrase, a bracket, or text between blanks, brackets and quotes. */
const PIECES = /"[^"]*"|[()]|[^ ()"]+/g
/** Operators and fields that apply to the text that follows: -title:abs: has three. */
const PREFIXES = /^(?:[-−–!](?!-)|\p{L}[\p{L}_-]*:)*/u
const PREFIX = /[-−–!]|\p{L}[\p{L}_-]*:/gu
const MAY_BEGIN = /[-−–!:]|NOT$/i
const NOT = /^(?:AND)?NOT$/i
const ONLY_SIGNS = /^[-−–!]+$/

/** The position at which a text first nests deeper than MAX_DEPTH, in UTF-16 units; null if it does not. */
export function tooDeepAt(text: string): number | null {
  /** The number of levels that each open bracket adds: its own, and those of its prefixes. */
  const open: number[] = []
  let depth = 0
  let prefixes = 0
  for (const { 0: piece, index } of text.matchAll(PIECES)) {
    if (piece === ')') depth -= open.pop() ?? 0
    const read = prefixesOf(piece, text[index + piece.length])
    prefixes += read.count
    const levels = depth + prefixes + (piece === '(' ? 1 : 0)
    if (levels > MAX_DEPTH) return index
    if (piece === '(') open.push(levels - depth)
    if (piece === '(') depth = levels
    if (!read.isAll) prefixes = 0
  }
  return null
}

/** How many prefixes a piece starts with, and whether it contains nothing else. */
function prefixesOf(piece: string, next: string | undefined): { count: number; isAll: boolean } {
  if (!MAY_BEGIN.test(piece)) return { count: 0, isAll: false }
  const [prefix] = PREFIXES.exec(piece)!
  // A row of dashes is a word, unless text follows immediately.
  if (prefix === piece && ONLY_SIGNS.test(piece) && !/[("]/.test(next ?? ''))
    return { count: 0, isAll: false }
  const count = [...prefix.matchAll(PREFIX)].length
  const isNot = NOT.test(piece.slice(prefix.length))
  return { count: count + (isNot ? 1 : 0), isAll: isNot || (prefix !== '' && prefix === piece) }
}

/** The number of levels of a tree; a leaf has one. */
export function treeDepth(query: Query): number {
  if (query.kind === 'not') return 1 + treeDepth(query.part)
  return 'parts' in query ? 1 + Math.max(...query.parts.map(treeDepth)) : 1
}
