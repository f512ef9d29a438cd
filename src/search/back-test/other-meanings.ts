import type { Archive } from '../../queries/archive.ts'
import { writeTree } from '../../queries/language/write-query.ts'
import type { Bits } from '../../queries/matching/bits.ts'
import { MAX_NAMED_TERMS } from '../../queries/meaning/meaning-of.ts'
import { meetByChance } from '../../queries/meaning/usage.ts'
import {
  isTextLeaf,
  leavesOf,
  MAX_VARIANTS,
  type Query,
  type TextLeaf,
  wantedLeaves,
} from '../../queries/query.ts'
import type { Steps } from '../../queries/steps.ts'
import { tokensOf } from '../../queries/text/tokens.ts'
import {
  type HintKind,
  namesOf,
  phraseOf,
  type QueryHint,
  quoteEach,
  quoteEachPair,
  quoteEachTerm,
  splitEachTerm,
  type Variant,
} from './variants.ts'

/** The papers among which a query is tried: those of some days, or an archive. `scope` is the whole query. */
interface Papers {
  archive: Archive
  find(query: Query, scope?: Query): Bits
  count(found: Bits): number
}

/** Other meanings of the words of a topic, with the number of their papers. */
export function* otherMeanings(query: Query, papers: Papers): Steps<QueryHint[]> {
  return [
    ...(yield* closeTermHints(query, papers)),
    ...(yield* chanceHints(query, papers, quoteEachPair(query))),
    ...(yield* nameHints(query, papers)),
  ]
}

/** The terms of a query whose words must be close together: as phrases, and with their words anywhere. */
function* closeTermHints(query: Query, papers: Papers): Steps<QueryHint[]> {
  const hints: QueryHint[] = []
  for (const variant of quoteEachTerm(query).take(MAX_VARIANTS)) {
    if (!mustBeClose(variant.part, papers)) continue
    const isChance = yield* areTogetherByChance(variant.part, papers)
    hints.push(hintOf(isChance ? 'chance' : 'phrase', variant, query, papers))
    yield
  }
  for (const variant of splitEachTerm(query).take(MAX_VARIANTS)) {
    if (!mustBeClose(variant.part, papers)) continue
    hints.push(hintOf('spread', variant, query, papers))
    yield
  }
  return hints
}

/** The words of terms, and of ANDs of two words, that are together by chance: as phrases. */
export function* chanceHints(
  query: Query,
  papers: Papers,
  variants: IteratorObject<Variant> = quoteEachRun(query),
): Steps<QueryHint[]> {
  const hints: QueryHint[] = []
  for (const variant of variants.take(MAX_VARIANTS)) {
    if (yield* areTogetherByChance(variant.part, papers)) hints.push(hintOf('chance', variant, query, papers))
  }
  return hints
}

function* quoteEachRun(query: Query): Generator<Variant, void> {
  yield* quoteEachTerm(query)
  yield* quoteEachPair(query)
}

/** The words of a query that some papers contain only in the name of an author or an organization: without names. */
function* nameHints(query: Query, papers: Papers): Steps<QueryHint[]> {
  if (wantedLeaves(query).length > MAX_NAMED_TERMS) return []
  const hints: QueryHint[] = []
  const all = papers.count(papers.find(query))
  for (const variant of quoteEach(query, mayBeName).take(MAX_VARIANTS)) {
    if (!isOfSingleWords(variant.part)) continue
    const hint = hintOf('text', variant, query, papers)
    // A query of which only names are found is probably meant as one.
    if (hint.papers > 0 && hint.papers < all) hints.push(hint)
    yield
  }
  return hints

  /** A word with an acronym's other form is left as it is: quotes would also prevent that form. */
  function mayBeName(leaf: TextLeaf): boolean {
    const [, form] = leavesOf(papers.archive.meaningOf(leaf))
    return leaf.kind === 'word' && form !== undefined && isTextLeaf(form) && form.field === 'author'
  }

  /** Not a term with a long form, which quotes around single words would break. */
  function isOfSingleWords(part: Query): boolean {
    const meaning = papers.archive.meaningOf(part)
    return part.kind !== 'term' || ('parts' in meaning && meaning.parts.length === part.parts.length)
  }
}

const hintOf = (way: HintKind, { part, changed }: Variant, query: Query, papers: Papers): QueryHint => ({
  ...{ way, ...namesOf(part) },
  papers: papers.count(papers.find(changed, query)),
  query: writeTree(changed),
})

/** Not a rare term, whose words may be anywhere, nor the long form of an acronym, which is a phrase. */
function mustBeClose(term: Query, { archive }: Papers): boolean {
  const meaning = archive.meaningOf(term)
  return meaning.kind === 'term' && meaning.within !== undefined
}

/** Of the papers with both words, the share with the phrase from which on it is a usual one. */
const USUAL_PHRASE = 0.1

/** Whether some words are together about as often as by chance, and seldom as a phrase. */
function* areTogetherByChance(part: Query, papers: Papers): Steps<boolean> {
  const leaves = leavesOf(part).filter(isTextLeaf)
  const keys = new Set(leaves.flatMap(({ text }) => tokensOf(text).map(({ key }) => key)))
  if (!meetByChance([...keys], papers.archive.usage)) return false
  const phrase = phraseOf(leaves)
  yield* papers.archive.lookUpTerms(phrase)
  const asPhrase = papers.count(papers.find(phrase))
  return asPhrase < USUAL_PHRASE * papers.count(papers.find({ kind: 'and', parts: leaves }))
}
