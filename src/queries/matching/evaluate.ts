import { distinctBy } from '../../core/distinct-by.ts'
import { categoryMatcher } from '../language/paper-name.ts'
import {
  filterText,
  isTextLeaf,
  type Leaf,
  type Match,
  mentionsRevised,
  type Query,
  type Reason,
  type TextLeaf,
} from '../query.ts'
import { firstOccurrence, matchesName, rangeOf, type Term, termOf } from '../text/terms.ts'
import { type PaperText, type WordIndex, wordKindOf } from '../text/tokens.ts'

const MAX_MATCHES = 20

/**
 * Why a paper matches a query, or null. For each matched term: its first occurrence in the title and in the abstract,
 * or a keyword if neither has it. At most 20 matches, those in the title first. A paper that was listed only as a newer
 * version matches only a query with is:revised.
 */
export function evaluate(query: Query, paper: PaperText): Reason | null {
  if (paper.onlyRevised && !mentionsRevised(query)) return null
  return evaluatePart(query, paper)
}

/** Why a paper matches one part of a query, or null. `is:revised` may be in another part. */
export function evaluatePart(query: Query, paper: PaperText): Reason | null {
  const matches = matchesOf(query, paper)
  const distinct = matches && distinctBy(matches, ({ term, where, at }) => `${term} ${where} ${at}`)
  const titleFirst = distinct?.sort((a, b) => Number(b.where === 'title') - Number(a.where === 'title'))
  return titleFirst ? { matches: titleFirst.slice(0, MAX_MATCHES) } : null
}

/** Null if the paper does not match; empty if it matches only by a NOT. */
function matchesOf(query: Query, paper: PaperText): Match[] | null {
  switch (query.kind) {
    case 'and':
    case 'term':
      return matchesOfAll(query.parts, paper)
    case 'or':
      return matchesOfSome(query.parts, 1, paper)
    case 'some':
      return matchesOfSome(query.parts, query.least, paper)
    case 'not':
      return matchesOf(query.part, paper) ? null : []
    default: {
      const matches = leafMatches(query, paper)
      return matches.length > 0 ? matches : null
    }
  }
}

function matchesOfAll(parts: readonly Query[], paper: PaperText): Match[] | null {
  const all: Match[] = []
  for (const part of parts) {
    const matches = matchesOf(part, paper)
    if (!matches) return null
    all.push(...matches)
  }
  return all
}

function matchesOfSome(parts: readonly Query[], least: number, paper: PaperText): Match[] | null {
  const met = parts.map((part) => matchesOf(part, paper)).filter((matches) => matches !== null)
  return met.length >= least ? met.flat() : null
}

function leafMatches(query: Leaf, paper: PaperText): Match[] {
  if (isTextLeaf(query)) return textMatches(query, paper)
  const found = foundBy(query, paper)
  const where = query.kind === 'has-code' ? 'code' : query.kind
  return found ? [{ term: filterText(query), where, found }] : []
}

/** What of a paper meets a condition, if anything. */
function foundBy(query: Exclude<Leaf, TextLeaf>, paper: PaperText): string | null | undefined {
  switch (query.kind) {
    case 'category':
      return paper.categories.find(categoryMatcher(query.value))
    case 'has-code':
      return paper.codeUrl
    case 'votes':
      return paper.votes !== null && paper.votes >= query.least ? String(paper.votes) : null
    case 'revised':
      return paper.revisedDay
    case 'paper':
      return paper.names.includes(query.name) ? query.name : null
  }
}

function textMatches(query: TextLeaf, paper: PaperText): Match[] {
  const { field, text: term } = query
  const words = wordsOf(query)
  const inText = (where: 'title' | 'abstract') => placed(term, words, where, paper[where])
  switch (field) {
    case 'any': {
      const matches = [...inText('title'), ...inText('abstract')]
      return matches.length > 0 ? matches : inOneOf(term, words, 'keyword', paper.keywords)
    }
    case 'title':
    case 'abstract':
      return inText(field)
    case 'keyword':
      return inOneOf(term, words, 'keyword', paper.keywords)
    case 'org':
      return inOneOf(term, words, 'org', paper.organization)
    case 'author': {
      const name = paper.authors.find((author) => matchesName(words, author))
      return name ? [{ term, where: 'author', found: name.text }] : []
    }
  }
}

function placed(term: string, words: Term, where: 'title' | 'abstract', part: WordIndex): Match[] {
  const span = firstOccurrence(words, part)
  if (!span) return []
  // No page shows where an abstract matches, and finding the place takes longer than matching.
  if (where === 'abstract' && part.known) return [{ term, where, found: term }]
  const at = rangeOf(span, part)
  return [{ term, where, found: part.text.slice(...at), at }]
}

function inOneOf(term: string, words: Term, where: 'keyword' | 'org', parts: WordIndex[]): Match[] {
  const part = parts.find((one) => firstOccurrence(words, one))
  return part ? [{ term, where, found: part.text }] : []
}

// A tree is parsed once and evaluated for many papers.
const termCache = new WeakMap<TextLeaf, Term>()

function wordsOf(query: TextLeaf): Term {
  const term = termCache.get(query) ?? termOf(query.text, wordKindOf(query.field))
  termCache.set(query, term)
  return term
}
