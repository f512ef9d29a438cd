import type { PaperIndex } from '../matching/paper-index.ts'
import { GAP } from '../matching/vocabulary.ts'
import type { PaperText } from '../text/paper-text.ts'
import { isStopWord } from '../text/stop-words.ts'
import { inverseDocumentFrequency } from './bm25.ts'
import { toUnitLength, type Vector } from './profile.ts'

const TITLE = 2
/** A shorter word, or a number, says little of what a paper is about. */
const TELLING = /^(?=.*\p{L})..+/u

/** What a paper is about: the telling words of title, which count twice, and abstract, the rare ones more. */
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
  return weighed(counts, { documentFrequency, papers: index.docCount })
}

/** How many papers there are, and in how many of them a word stands, by its key. */
export interface DocumentFrequencies {
  papers: number
  documentFrequency: (key: string) => number
}

/** The same of a paper that may be none of them. */
export function vectorOfText({ title, abstract }: PaperText, among: DocumentFrequencies): Vector {
  const counts = new Map<string, number>()
  for (const [tokens, times] of [[title.tokens, TITLE] as const, [abstract.tokens, 1] as const])
    for (const { folded, key } of tokens)
      if (isContentWord(folded)) counts.set(key, (counts.get(key) ?? 0) + times)
  return weighed(counts, among)
}

const weighed = (
  counts: ReadonlyMap<string, number>,
  { documentFrequency, papers }: DocumentFrequencies,
): Vector =>
  toUnitLength(
    new Map(
      [...counts].map(([key, times]) => [
        key,
        (1 + Math.log(times)) * inverseDocumentFrequency(documentFrequency(key), papers),
      ]),
    ),
  )

/** Whether a word, accents folded, says what a paper is about. */
export const isContentWord = (word: string): boolean => TELLING.test(word) && !isStopWord(word)
