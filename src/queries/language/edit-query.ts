import { flatten, isTextLeaf, type Leaf, type Query, type TextLeaf } from '../query.ts'
import { firstOccurrence, matchesName, termOf } from '../text/terms.ts'
import { WordIndex, wordKindOf } from '../text/tokens.ts'
import { parseOrNull, parseQuery } from './parse-query.ts'
import { cleanText } from './split-topics.ts'
import { isTopicOf, quoteIfNeeded, writeTree } from './write-query.ts'

/**
 * Why an edit is refused. nothing: no paper would match; already: the query means it already; cannot: no text means it,
 * or only one that is too long.
 */
type Refusal = 'nothing' | 'already' | 'cannot'
/** The changed text. It parses, means exactly the intended change, and is a single topic. */
export type QueryEdit = { query: string; refused?: undefined } | { query?: undefined; refused: Refusal }

// Each function gets the text of a query, and throws query.* if it cannot be parsed.

/** Excludes papers with a word or a phrase. */
export function mute(query: string, word: string): QueryEdit {
  const tree = parseQuery(query)
  const text = quoteIfNeeded(cleanText(word))
  const part = parseOrNull(text)
  if (!part || !isTextLeaf(part)) return { refused: 'cannot' }
  if (excludesWords(tree, part.text)) return { refused: 'already' }
  if (requiresWords(tree, part.text)) return { refused: 'nothing' }
  return changed(flatten('and', [tree, { kind: 'not', part }]), withMore(query, `-${text}`))
}

/** A query for only the papers of an author; null if the name cannot be searched. */
export function authorQuery(name: string): string | null {
  const text = `author:${quoteIfNeeded(cleanText(name))}`
  return parseOrNull(text) ? text : null
}

/** Adds the papers of an author. */
export function follow(query: string, name: string): QueryEdit {
  const tree = parseQuery(query)
  const text = authorQuery(name)
  const author = text && parseOrNull(text)
  if (!author) return { refused: 'cannot' }
  if (followsAuthor(tree, name)) return { refused: 'already' }
  return changed(flatten('or', [tree, author]), withMore(query, `OR ${text}`))
}

/** Excludes papers with fewer votes. Raises an existing lower limit. */
export function requireVotes(query: string, least: number): QueryEdit {
  const tree = parseQuery(query)
  const limit: Query = { kind: 'votes', least }
  if (isGuaranteed(tree, (part) => part.kind === 'votes' && part.least >= least))
    return { refused: 'already' }
  if (isGuaranteed(tree, (part) => isBelow(part, least))) return { refused: 'nothing' }
  const parts = tree.kind === 'and' ? tree.parts : [tree]
  const lower = parts.findIndex(({ kind }) => kind === 'votes')
  const text = `votes>=${least}`
  const raised =
    lower >= 0 ? changed(flatten('and', parts.with(lower, limit)), [query.replace(VOTES, text)]) : undefined
  return raised?.query ? raised : changed(flatten('and', [tree, limit]), withMore(query, text))
}

const VOTES = /(up)?votes\s*[<>=≥]+\s*\d+/i

const isBelow = (query: Query, votes: number): boolean =>
  query.kind === 'not' && query.part.kind === 'votes' && query.part.least <= votes

/** The query with an addition: without brackets, and with brackets in case they are needed. */
const withMore = (query: string, more: string): string[] => [`${query} ${more}`, `(${query}) ${more}`]

/** The first text that means the change, else a new text from the tree, for example if the query is a URL. */
function changed(meant: Query, texts: readonly string[]): QueryEdit {
  const text = texts.map(cleanText).find((one) => isTopicOf(one, meant))
  const query = text ?? writeTree(meant)
  return query === null ? { refused: 'cannot' } : { query }
}

/**
 * A text that means the query, and also the leaves in `more`, and that is a single topic in every topic field. A search
 * text may contain a comma, which would start a second topic. Null if there is no such text. Throws query.*.
 */
export function asSingleTopic(query: string, more: readonly Leaf[] = []): string | null {
  const meant = flatten('and', [parseQuery(query), ...more])
  const texts = more.length > 0 ? withMore(query, more.map(writeTree).join(' ')) : [query]
  return changed(meant, texts).query ?? null
}

// What a query already implies, judging only by its words.

/** Whether a paper must contain these words to match. */
export const requiresWords = (query: Query, text: string): boolean =>
  isGuaranteed(query, (part) => isTextLeaf(part) && isProse(part) && holds(part.text, text))

/** Whether no paper with these words matches. */
export const excludesWords = (query: Query, text: string): boolean =>
  isGuaranteed(query, (part) => part.kind === 'not' && isMetBy(part.part, text))

/** Whether a query matches every paper of an author, on any subject. */
export function followsAuthor(query: Query, name: string): boolean {
  if (query.kind === 'or') return query.parts.some((part) => followsAuthor(part, name))
  if (!isTextLeaf(query) || query.field !== 'author') return false
  return matchesName(termOf(query.text, 'names'), new WordIndex(name, 'names'))
}

/** Whether everything that matches passes `test`, which gets the leaves and NOTs of the query. */
function isGuaranteed(query: Query, test: (part: Query) => boolean): boolean {
  const passes = (part: Query) => isGuaranteed(part, test)
  switch (query.kind) {
    case 'and':
    case 'term':
      return query.parts.some(passes)
    case 'or':
      return query.parts.every(passes)
    case 'some':
      return query.parts.filter((part) => !passes(part)).length < query.least
    default:
      return test(query)
  }
}

/** Whether every paper with these words matches a query. */
function isMetBy(query: Query, text: string): boolean {
  if (query.kind === 'or') return query.parts.some((part) => isMetBy(part, text))
  return isTextLeaf(query) && query.field === 'any' && holds(text, query.text)
}

const isProse = ({ field }: TextLeaf): boolean => wordKindOf(field) === 'prose'

const holds = (text: string, words: string): boolean =>
  firstOccurrence(termOf(words, 'prose'), new WordIndex(text, 'prose')) !== null
