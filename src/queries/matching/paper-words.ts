import type { Paper } from '../../papers/paper.ts'
import { plainText } from '../../papers/text/plain-text.ts'
import { foldedWords } from '../text/tokens.ts'
import { GAP, type Vocabulary } from './vocabulary.ts'

/** The searchable parts of a paper. */
export const INDEXED_FIELDS = ['title', 'abstract', 'keyword', 'org', 'author'] as const
export type IndexedField = (typeof INDEXED_FIELDS)[number]

/** The word ids of each part of a paper, with a gap between the texts of a part. */
export type PaperWords = Record<IndexedField, Uint32Array>

export interface Vocabularies {
  prose: Vocabulary
  names: Vocabulary
}

/** Tokenizes a paper in the same way as `toPaperText`. */
export function paperWordsOf(paper: Paper, { prose, names }: Vocabularies): PaperWords {
  return {
    title: numbersOf([paper.title], prose),
    abstract: numbersOf([paper.abstract], prose),
    keyword: numbersOf(paper.keywords, prose),
    org: numbersOf(paper.organization ? [paper.organization] : [], names),
    author: numbersOf(paper.authors, names),
  }
}

function numbersOf(texts: readonly string[], vocabulary: Vocabulary): Uint32Array {
  const numbers: number[] = []
  for (const text of texts) {
    if (numbers.length > 0) numbers.push(GAP)
    for (const word of foldedWords(plainText(text))) numbers.push(vocabulary.wordIdOf(word))
  }
  return Uint32Array.from(numbers)
}
