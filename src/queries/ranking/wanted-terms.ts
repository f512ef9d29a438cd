import { isExpanded } from '../language/expand-to-names.ts'
import { isTextLeaf, type Query, type TextLeaf } from '../query.ts'
import { wordsOfPhrase } from '../text/words-of-phrase.ts'

/** A term that improves a paper's rank, and the share of its weight that it adds. */
export interface WantedTerm {
  leaf: TextLeaf
  share: number
}

/** Two words that are adjacent in the query and in the paper mean more than both apart. */
const SIDE_BY_SIDE = 0.25
/** A word without a field says little if it is in a name, because many names are also words. */
const IN_NAME = 0.25

/** The terms that a query wants, each once: terms that are not under a NOT, and adjacent words also as phrases. */
export function wantedTerms(query: Query): WantedTerm[] {
  const terms = new Map<string, WantedTerm>()
  const want = (leaf: TextLeaf, share: number) => {
    const name = `${leaf.field} ${leaf.text}`.toLowerCase()
    if (!terms.has(name)) terms.set(name, { leaf, share })
  }
  const visit = (node: Query): void => {
    if (isExpanded(node)) {
      const [text, ...names] = node.parts
      want(text, 1)
      for (const name of names) want(name, IN_NAME)
      return
    }
    if (isTextLeaf(node)) want(node, 1)
    if (!('parts' in node)) return
    for (const part of node.parts) visit(part)
    if (node.kind !== 'or') for (const { leaf, share } of pairsOf(node.parts)) want(leaf, share)
  }
  visit(query)
  return [...terms.values()]
}

function pairsOf(parts: readonly Query[]): WantedTerm[] {
  return parts.slice(1).flatMap((second, i) => {
    const first = parts[i]!
    if (isExpanded(first) && isExpanded(second)) {
      return first.parts.flatMap((one, at) =>
        pairOf(one, second.parts[at]!, at === 0 ? SIDE_BY_SIDE : IN_NAME),
      )
    }
    const [one, other] = [first, second].map((part) => (isExpanded(part) ? part.parts[0] : part))
    // Two names in a query are two people.
    return isTextLeaf(one!) && (one.field === 'author' || one.field === 'org')
      ? []
      : pairOf(one!, other!, SIDE_BY_SIDE)
  })
}

function pairOf(first: Query, second: Query, share: number): WantedTerm[] {
  if (first.kind !== 'word' || second.kind !== 'word' || first.field !== second.field) return []
  return [{ leaf: { kind: 'phrase', field: first.field, text: `${first.text} ${second.text}` }, share }]
}

/** The terms that a query wants, and the single words of its phrases; names stay whole. */
export function wantedWords(query: Query): TextLeaf[] {
  const leaves = wantedTerms(query).filter(({ share }) => share === 1)
  return leaves.flatMap(({ leaf }) => [leaf, ...wordsOfPhrase(leaf)])
}
