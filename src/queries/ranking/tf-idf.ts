import type { PaperIndex } from '../matching/paper-index.ts'
import { GAP } from '../matching/vocabulary.ts'
import type { PaperText } from '../text/paper-text.ts'
import { isStopWord } from '../text/stop-words.ts'
import { inverseDocumentFrequency } from './bm25.ts'
import { toUnitLength, type Vector } from './profile.ts'

const TITLE = 2
/** Shorter words, and numbers, say little about the subject of a paper. */
const TELLING = /^(?=.*\p{L})..+/u

/**
 * The tf-idf vector of a paper: content words of the abstract and of the title, which counts twice. Rare words weigh
 * more.
 */
export function vectorOf(
  index: PaperIndex,
  docId: number,
  documentFrequency: (key: string) => number,
): Vector {
  const { prose } = index.vocabularies
  const { title, abstract } = index.words(docId)
  const counts = new Map<string, number>()
  const count = (words: Uint32Array, times: number) => {
    for (const word of words) {
      if (word === GAP || !isContentWord(prose.spelling(word))) continue
      const key = prose.keyOf(word)
      counts.set(key, (counts.get(key) ?? 0) + times)
    }
  }
  count(title, TITLE)
  count(abstract, 1)
  return weighed(counts, { documentFrequency, docCount: index.docCount })
}

/** The number of papers, and the number of papers that contain a word, by its key. */
export interface DocumentFrequencies {
  docCount: number
  documentFrequency: (key: string) => number
}

/** The same for a paper that may not be in the index. */
export function vectorOfText({ title, abstract }: PaperText, among: DocumentFrequencies): Vector {
  const counts = new Map<string, number>()
  for (const [tokens, times] of [[title.tokens, TITLE] as const, [abstract.tokens, 1] as const])
    for (const { folded, key } of tokens)
      if (isContentWord(folded)) counts.set(key, (counts.get(key) ?? 0) + times)
  return weighed(counts, among)
}

const weighed = (
  counts: ReadonlyMap<string, number>,
  { documentFrequency, docCount }: DocumentFrequencies,
): Vector =>
  toUnitLength(
    new Map(
      [...counts].map(([key, times]) => [
        key,
        (1 + Math.log(times)) * inverseDocumentFrequency(documentFrequency(key), docCount),
      ]),
    ),
  )

/** Whether a word, without accents, describes the subject of a paper. */
export const isContentWord = (word: string): boolean => TELLING.test(word) && !isStopWord(word)
