import { distinctBy } from '../../core/distinct-by.ts'
import { memoizeByObject } from '../../core/memoize.ts'
import { words } from '../../i18n/words.ts'
import { describePart } from '../language/describe-query.ts'
import { evaluatePart } from '../matching/evaluate.ts'
import { isTextLeaf, type Leaf, type Match, mentionsRevised, type Query, type TextLeaf } from '../query.ts'
import { type PaperText, wordsOfPhrase } from '../text/tokens.ts'
import { foundTerms, type QueryGap, unwantedText } from './reason-text.ts'

/** How close a paper is to matching a query. */
export type Nearness = NonNullable<ReturnType<typeof nearnessOf>>

/** The nearness of a paper that does not match; null if it contains no wanted part. */
export function nearnessOf(query: Query, paper: PaperText) {
  const lacking = lackingParts(query, paper)
  const wanted = wantedTerms(query)
  const held = wanted.flatMap((term) => heldOf(term, paper))
  if (wanted.map(leafOf).some(isTextLeaf) && !held.some(({ leaf }) => isTextLeaf(leaf))) return null
  // A missing category or paper id says nothing about nearness; the number of votes does.
  if (held.length === 0 && !wanted.some(({ kind }) => kind === 'votes')) return null
  return {
    /** How much of the wanted parts it contains, in words; a whole phrase counts one more. */
    held: held.reduce((sum, { weight }) => sum + weight, 0),
    /** How many of the unwanted parts it contains. */
    unwanted: lacking.unwanted.length,
    /** The occurrences of the wanted parts that it contains. */
    matches: held.flatMap(({ matches }) => matches),
    gap: { has: held.map(({ leaf }) => leaf), ...lacking },
  }
}

// A tree is parsed once and compared with many papers.

/** A term, or a term with its other forms. */
type WantedTerm = Leaf | Extract<Query, { kind: 'or' }>

/** The terms that are not under a NOT, each once regardless of case. */
const wantedTerms = memoizeByObject((query: Query): WantedTerm[] =>
  distinctBy(termsIn(query), (term) => JSON.stringify(term).toLowerCase()),
)

function termsIn(query: Query): WantedTerm[] {
  if (query.kind === 'not') return []
  if (query.kind === 'or' && query.also) return [query]
  return 'parts' in query ? query.parts.flatMap(termsIn) : [query]
}

/** As typed. */
const leafOf = (term: WantedTerm): Leaf => (term.kind === 'or' ? (term.parts[0] as Leaf) : term)

interface Held {
  leaf: Leaf
  matches: Match[]
  weight: number
}

/** A term that the paper contains. If a phrase is missing, the words of it that the paper contains. */
function heldOf(term: WantedTerm, paper: PaperText): Held[] {
  const leaf = leafOf(term)
  const apart = wordsOf(leaf)
  const reason = evaluatePart(term, paper)
  if (reason) return [{ leaf, matches: reason.matches, weight: apart.length + 1 }]
  return apart.flatMap((word) => heldOf(word, paper))
}

/** The words of a phrase; empty for a term that is not a phrase. */
const wordsOf = memoizeByObject((leaf: Leaf): TextLeaf[] => (isTextLeaf(leaf) ? wordsOfPhrase(leaf) : []))

/** Why a paper does not match a query: the parts that it lacks, and the parts under NOT that it has. */
type LackingParts = Omit<QueryGap, 'has'>

/** Why a paper does not match a query, in words. */
export type Shortfall = Record<keyof LackingParts, string[]>

/** Both lists are empty for a paper that matches. */
export function shortfallOf(query: Query, paper: PaperText): Shortfall {
  const { missing, unwanted } = lackingParts(query, paper)
  const isKept = paper.onlyRevised && !mentionsRevised(query)
  return {
    missing: [...(isKept ? [words.reason.onlyRevised] : []), ...missing.map(describePart)],
    unwanted: unwanted.map(unwantedText),
  }
}

function lackingParts(query: Query, paper: PaperText): LackingParts {
  if (query.kind === 'and' || query.kind === 'term') {
    const parts = query.parts.map((part) => lackingParts(part, paper))
    return {
      missing: parts.flatMap(({ missing }) => missing),
      unwanted: parts.flatMap(({ unwanted }) => unwanted),
    }
  }
  if (query.kind === 'some') return lackingOfSome(query, paper)
  if (query.kind === 'not') {
    const reason = evaluatePart(query.part, paper)
    return { missing: [], unwanted: reason ? [{ part: query.part, found: foundTerms(reason) }] : [] }
  }
  return { missing: evaluatePart(query, paper) ? [] : [query], unwanted: [] }
}

/** For parts of which some are enough: how many more are needed, and from which parts. */
function lackingOfSome(query: Extract<Query, { kind: 'some' }>, paper: PaperText): LackingParts {
  if (evaluatePart(query, paper)) return { missing: [], unwanted: [] }
  const parts = query.parts.filter((part) => !evaluatePart(part, paper))
  const least = query.least - (query.parts.length - parts.length)
  return { missing: [{ kind: 'some', least, parts }], unwanted: [] }
}
