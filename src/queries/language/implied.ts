import { isText, type Query, type TextLeaf } from '../query.ts'
import type { WordIndex } from '../text/paper-text.ts'
import { firstPlace, isNamed, termOf } from '../text/term.ts'
import { type Kind, kindOf, tokensOf } from '../text/tokens.ts'

// What a query says already, as far as its words alone tell.

/** Whether a paper must hold these words to match. */
export const wants = (query: Query, text: string): boolean =>
  isCertain(query, (part) => isText(part) && isProse(part) && holds(part.text, text))

/** Whether no paper that holds these words matches. */
export const leavesOut = (query: Query, text: string): boolean =>
  isCertain(query, (part) => part.kind === 'not' && isMetBy(part.part, text))

/** Whether a query brings each paper of an author, whatever it is about. */
export function follows(query: Query, name: string): boolean {
  if (query.kind === 'or') return query.parts.some((part) => follows(part, name))
  if (!isText(query) || query.field !== 'author') return false
  return isNamed(termOf(query.text, 'names'), indexOf(name, 'names'))
}

/** Whether all that matches passes the test, which is asked of terms and of what stands under a NOT. */
export function isCertain(query: Query, test: (part: Query) => boolean): boolean {
  const passes = (part: Query) => isCertain(part, test)
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

/** Whether whatever holds these words meets a query. */
function isMetBy(query: Query, text: string): boolean {
  if (query.kind === 'or') return query.parts.some((part) => isMetBy(part, text))
  return isText(query) && query.field === 'any' && holds(text, query.text)
}

const isProse = ({ field }: TextLeaf): boolean => kindOf(field) === 'prose'

const holds = (text: string, words: string): boolean =>
  firstPlace(termOf(words, 'prose'), indexOf(text, 'prose')) !== null

function indexOf(text: string, kind: Kind): WordIndex {
  const tokens = tokensOf(text, kind)
  const places = Map.groupBy(tokens.keys(), (place) => tokens[place]!.key)
  return { text, tokens, places }
}
