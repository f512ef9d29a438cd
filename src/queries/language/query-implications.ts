import { isTextLeaf, type Query, type TextLeaf } from '../query.ts'
import type { WordIndex } from '../text/paper-text.ts'
import { firstOccurrence, matchesName, termOf } from '../text/term.ts'
import { tokensOf, type WordKind, wordKindOf } from '../text/tokens.ts'

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
  return matchesName(termOf(query.text, 'names'), indexOf(name, 'names'))
}

/** Whether everything that matches passes `test`, which gets the leaves and NOTs of the query. */
export function isGuaranteed(query: Query, test: (part: Query) => boolean): boolean {
  const passes = (part: Query) => isGuaranteed(part, test)
  switch (query.kind) {
    case 'and':
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
  firstOccurrence(termOf(words, 'prose'), indexOf(text, 'prose')) !== null

function indexOf(text: string, kind: WordKind): WordIndex {
  const tokens = tokensOf(text, kind)
  const positions = Map.groupBy(tokens.keys(), (position) => tokens[position]!.key)
  return { text, tokens, positions }
}
