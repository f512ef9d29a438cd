import { isText, type Query } from '../query.ts'
import { follows, isCertain, leavesOut, wants } from './implied.ts'
import { joined } from './joined.ts'
import { parseOrNull, parseQuery } from './parse-query.ts'
import { cleanText } from './split-topics.ts'
import { wordAsTyped } from './word-as-typed.ts'
import { isTopicOf, writeTree } from './write-tree.ts'

/**
 * Why a text is not changed. nothing: no paper would match then; already: it says so as it stands; cannot: no text says
 * it, or none that is short enough.
 */
type Refusal = 'nothing' | 'already' | 'cannot'
/** The changed text, which parses, means the change and nothing else, and is one topic. */
export type Edit = { query: string; refused?: undefined } | { query?: undefined; refused: Refusal }

// Each takes the text of a query, and throws query.* where that cannot be read.

/** Leaves out papers with a word, or with words that stand side by side. */
export function mute(query: string, word: string): Edit {
  const tree = parseQuery(query)
  const text = wordAsTyped(cleanText(word))
  const part = parseOrNull(text)
  if (!part || !isText(part)) return { refused: 'cannot' }
  if (leavesOut(tree, part.text)) return { refused: 'already' }
  if (wants(tree, part.text)) return { refused: 'nothing' }
  return changed(joined('and', [tree, { kind: 'not', part }]), withMore(query, `-${text}`))
}

/** Asks for one more word, or for words that stand side by side. */
export function alsoWith(query: string, word: string): Edit {
  const tree = parseQuery(query)
  const text = wordAsTyped(cleanText(word))
  const part = parseOrNull(text)
  if (!part || !isText(part)) return { refused: 'cannot' }
  if (wants(tree, part.text)) return { refused: 'already' }
  if (leavesOut(tree, part.text)) return { refused: 'nothing' }
  return changed(joined('and', [tree, part]), withMore(query, text))
}

/** The query of somebody's papers alone; null for a name that cannot be looked for. */
export function authorQuery(name: string): string | null {
  const text = `author:${wordAsTyped(cleanText(name))}`
  return parseOrNull(text) ? text : null
}

/** Brings the papers of an author too. */
export function follow(query: string, name: string): Edit {
  const tree = parseQuery(query)
  const text = authorQuery(name)
  const author = text && parseOrNull(text)
  if (!author) return { refused: 'cannot' }
  if (follows(tree, name)) return { refused: 'already' }
  return changed(joined('or', [tree, author]), withMore(query, `OR ${text}`))
}

/** Leaves out papers with fewer votes: a lower limit that stands there already is raised. */
export function leastVotes(query: string, least: number): Edit {
  const tree = parseQuery(query)
  const limit: Query = { kind: 'votes', least }
  if (isCertain(tree, (part) => part.kind === 'votes' && part.least >= least)) return { refused: 'already' }
  if (isCertain(tree, (part) => isBelow(part, least))) return { refused: 'nothing' }
  const parts = tree.kind === 'and' ? tree.parts : [tree]
  const lower = parts.findIndex(({ kind }) => kind === 'votes')
  const text = `votes>=${least}`
  const raised =
    lower >= 0 ? changed(joined('and', parts.with(lower, limit)), [query.replace(VOTES, text)]) : undefined
  return raised?.query ? raised : changed(joined('and', [tree, limit]), withMore(query, text))
}

const VOTES = /(up)?votes\s*[<>=≥]+\s*\d+/i

const isBelow = (query: Query, votes: number): boolean =>
  query.kind === 'not' && query.part.kind === 'votes' && query.part.least <= votes

/** With brackets only where they are needed. */
const withMore = (query: string, more: string): string[] => [`${query} ${more}`, `(${query}) ${more}`]

/** A text that came out of an address is written anew. */
function changed(meant: Query, texts: readonly string[]): Edit {
  const text = texts.map(cleanText).find((one) => isTopicOf(one, meant))
  const query = text ?? writeTree(meant)
  return query === null ? { refused: 'cannot' } : { query }
}
