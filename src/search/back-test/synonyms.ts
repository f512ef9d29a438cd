import { writeTree } from '../../queries/language/write-query.ts'
import { countBits, countIntersection } from '../../queries/matching/bits.ts'
import { flatten, isTextLeaf, type Query } from '../../queries/query.ts'
import { contentWordsOf } from '../../queries/ranking/ranker.ts'
import type { Steps } from '../../queries/steps.ts'
import type { DayWindow } from './day-window.ts'
import type { QueryHint } from './variants.ts'

const MAX_SYNONYMS = 3
const MAX_TRIED = 20
/** The least cosine similarity of a word to the topic. Farther words are seldom about the same subject. */
const MIN_COSINE = 0.6
/** A word is in at least so many papers. */
const MIN_PAPERS = 5
/** Of the papers with a word, the share that the topic matches. Less often, the word has other meanings: "red" team. */
const MIN_SHARED = 1 / 3
const MAX_WORDS = 2
/** Not 2D or 256x256, which mean something only beside other words. */
const TELLING = /\p{L}{2}/u

/**
 * For a topic of one term: words of papers about the same subject, nearest first, each added by OR. They are no more
 * common than the topic, often in papers that it matches, and in further ones. None without a learned space.
 */
export function* synonymHints(query: Query, window: DayWindow): Steps<QueryHint[]> {
  const { archive } = window
  const typed = contentWordsOf(query)
  if (!(isTextLeaf(query) || query.kind === 'term') || typed.size > MAX_WORDS) return []
  const known = contentWordsOf(archive.wantedWords(query))
  const near = archive.similarWords(typed, MIN_COSINE).filter((key) => !known.has(key))
  const found = archive.find(query)
  const [all, met] = [countBits(found), window.count(window.find(query))]
  const hints: QueryHint[] = []
  for (const key of near.slice(0, MAX_TRIED)) {
    yield
    const text = archive.usualSpelling(key)
    const word: Query = { kind: 'word', field: 'any', text }
    const holding = archive.find(word)
    const common = countBits(holding)
    if (!TELLING.test(text) || common < MIN_PAPERS || common > all) continue
    if (countIntersection(holding, found) < common * MIN_SHARED) continue
    const changed = flatten('or', [query, word])
    const papers = window.count(window.find(changed))
    if (papers > met)
      hints.push({ way: 'synonym', part: text, term: text, papers, query: writeTree(changed) })
    if (hints.length === MAX_SYNONYMS) break
  }
  return hints
}
