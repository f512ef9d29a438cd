import type { Paper } from '../../papers/paper.ts'
import { plainText } from '../../papers/text/plain-text.ts'
import { foldedWords, type WordKind, wordKeyOf } from '../text/tokens.ts'

/** Not a word: separates two texts of a paper, so that no phrase spans both. */
export const GAP = 0

/** Maps words to ids, from 1. Each spelling has its own id; the ids of spellings with the same key are grouped. */
export class Vocabulary {
  readonly kind: WordKind
  readonly #numbers = new Map<string, number>()
  readonly #spellings: string[] = ['']
  readonly #byKey = new Map<string, number[]>()

  constructor(kind: WordKind) {
    this.kind = kind
  }

  /** The id of a folded word; assigns a new id to an unknown word. */
  wordIdOf(folded: string): number {
    // The case of a name does not matter.
    const spelling = this.kind === 'names' ? wordKeyOf(folded, 'names') : folded
    const known = this.#numbers.get(spelling)
    if (known !== undefined) return known
    const number = this.#spellings.push(spelling) - 1
    this.#numbers.set(spelling, number)
    const key = wordKeyOf(spelling, this.kind)
    const others = this.#byKey.get(key)
    if (others) others.push(number)
    else this.#byKey.set(key, [number])
    return number
  }

  /** The ids of all spellings of a key. */
  spellingsOf = (key: string): readonly number[] => this.#byKey.get(key) ?? NONE

  spelling = (number: number): string => this.#spellings[number]!

  keyOf = (number: number): string => wordKeyOf(this.#spellings[number]!, this.kind)

  get size(): number {
    return this.#spellings.length
  }
}

const NONE: readonly number[] = []

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
