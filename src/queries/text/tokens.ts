import type { Day } from '../../core/dates.ts'
import { memoize } from '../../core/memoize.ts'
import type { Paper } from '../../papers/paper.ts'
import { paperNamesOf } from '../../papers/paper-key.ts'
import { plainTextsOf } from '../../papers/plain-paper.ts'
import { INDEX_BASE, INDEX_NUMBER } from '../../papers/text/math-to-text.ts'
import type { TextField, TextLeaf } from '../query.ts'
import { hideAvailability } from './availability.ts'
import { foldAccents, transcribed } from './fold.ts'
import { stemOf } from './word-forms.ts'

/** A word of a text. Its index in the list is its position: the words of "vision-language" are adjacent. */
export interface Token {
  /** Without accents, in the original case. */
  folded: string
  /** Words with the same key are the same word: the stem, in lower case; for names the whole word. */
  key: string
  /** The key of the other spelling without accents, if there is one: mueller for Müller, whose key is muller. */
  also?: string | undefined
  /** [start, end) in the text, in UTF-16 units. */
  start: number
  end: number
}

/** `prose`: inflections of a word are the same word. `names` of people and organizations: they are different words. */
export type WordKind = 'prose' | 'names'

export const wordKindOf = (field: TextField): WordKind =>
  field === 'author' || field === 'org' ? 'names' : 'prose'

const LETTERS_AND_DIGITS = String.raw`[\p{L}\p{N}][\p{L}\p{N}\p{M}]*`
// With ^2 and _1, as in G^2, x_1 and CO_2: where papers have them raised or lowered, G² and CO₂ are one word too.
const RAISED = String.raw`\^(?:\d{1,3}|\p{L})(?![\p{L}\p{N}])`
const LOWERED = String.raw`(?<=(?<![\p{L}\p{N}_])${INDEX_BASE})_(?:${INDEX_NUMBER}|\p{L}(?![\p{L}\p{N}_]))(?:${LETTERS_AND_DIGITS})?`
const WORD = `${LETTERS_AND_DIGITS}(?:${RAISED}|${LOWERED})?`
// C++ and C#; otherwise a word, including the dot of 2.5.
const TOKEN = new RegExp(
  String.raw`(?<![\p{L}\p{N}])\p{L}(?:\+\+|#)(?![\p{L}\p{N}])|${WORD}(?:(?<=\p{Nd})\.(?=\p{Nd})${WORD})*`,
  'gu',
)

// Most texts have no other letters and signs of words. TOKEN, with its lookbehinds, takes three times as long.
const IS_SIMPLE = /^[[A-Za-z0-9][^\p{L}\p{N}\p{M}+#^_]]*$/v
const SIMPLE_TOKEN = /[A-Za-z0-9]+(?:(?<=[0-9])\.(?=[0-9])[A-Za-z0-9]+)*/g

/** A word of a text, folded, and its range. */
interface Word extends Pick<Token, 'folded' | 'start' | 'end'> {
  /** Folded in the other way, if there is one: Mueller for Müller. */
  transcribed: string | undefined
}

export const tokensOf = (text: string, kind: WordKind = 'prose', known?: KnownWords): Token[] =>
  wordsIn(text).map(({ folded, transcribed, start, end }, position) => {
    const key = known?.wordAt(position)?.key ?? wordKeyOf(folded, kind)
    const token = { folded, start, end, key }
    return transcribed === undefined ? token : { ...token, also: wordKeyOf(transcribed, kind) }
  })

/** The words of a text, folded as by `tokensOf` but without keys, which take most of the time. */
export const foldedWords = (text: string): string[] => wordsIn(text).map(({ folded }) => folded)

export function wordsIn(text: string): Word[] {
  // A stored query may be without its text. To the pattern, that would be the word "undefined".
  if (text === undefined) throw new TypeError('no text')
  const isSimple = IS_SIMPLE.test(text)
  const pattern = isSimple ? SIMPLE_TOKEN : TOKEN
  const words: Word[] = []
  for (let found = pattern.exec(text); found; found = pattern.exec(text)) {
    const [word, start] = [found[0], found.index]
    if (word === 's' && /['’]/.test(text.charAt(start - 1))) continue // model's
    const bare = isSimple ? word : word.replace(/[\^_]/, '')
    const [folded, other] = isSimple ? [word] : [foldAccents(bare), transcribed(bare)]
    words.push({ folded, transcribed: other, start, end: start + word.length })
  }
  return words
}

const lowerCase = (folded: string): string => folded.toLowerCase().replaceAll('ς', 'σ')

const MAX_CACHED = 50_000

/** The key of a folded word. */
export const wordKeyOf = (folded: string, kind: WordKind): string =>
  kind === 'names' ? lowerCase(folded) : proseKeyOf(folded)

// Stemming is slow, and papers share their words.
const proseKeyOf = memoize(
  (folded: string): string => stemOf(lowerCase(acronymOf(folded) ?? folded)),
  MAX_CACHED,
)

/** "RAG" for RAG and RAGs: two to five letters, two or more of them capitals; null for any other word. */
export function acronymOf(folded: string): string | null {
  const base = /^\p{L}{2,5}(?=s$)/u.exec(folded)?.[0]
  if (base && hasTwoCapitals(base)) return base
  return /^\p{L}{2,5}$/u.test(folded) && hasTwoCapitals(folded) ? folded : null
}

const hasTwoCapitals = (word: string): boolean => /\p{Lu}.*\p{Lu}/u.test(word)

// Words in nearly every abstract. Not "few", "out" or "self": few shot, out of distribution, self attention.
export const STOP_WORDS: ReadonlySet<string> = new Set(
  `a an the this that these those it its i me my we us our ours you your yours he him his she her hers they them their
  theirs who whom whose which what and or not nor but if then than so as at by for from in into of on onto to upon with
  within without about is am are was were be been being do does did doing have has had having can could may might must
  shall should will would there here when where why how while because also such too very just`.split(/\s+/),
)

/** Whether a word of prose, without accents, means nothing by itself. Never an acronym: IT, US, WHO. */
export const isStopWord = (folded: string): boolean =>
  STOP_WORDS.has(folded.toLowerCase()) && acronymOf(folded) === null

/** The single words of a phrase, without stop words. Empty for a single word, and for names, which stay whole. */
export function wordsOfPhrase({ kind, field, text }: TextLeaf): TextLeaf[] {
  if (kind === 'word' || wordKindOf(field) === 'names') return []
  return tokensOf(text)
    .map(({ folded }) => folded)
    .filter((word) => !isStopWord(word))
    .map((word) => ({ kind: 'word', field, text: word }))
}

/** A word without its range. */
export type WordForms = Pick<Token, 'folded' | 'key' | 'also'>

/** A text's words, if they are known without reading it. */
export interface KnownWords {
  wordAt(position: number): WordForms | undefined
  /** Ascending. */
  positionsOf(key: string): readonly number[]
}

/** A text that is tokenized when its tokens are first needed. */
export class WordIndex {
  readonly text: string
  readonly #searched: string
  readonly #kind: WordKind
  readonly known: KnownWords | undefined
  #tokens: readonly Token[] | undefined
  #positions: ReadonlyMap<string, readonly number[]> | undefined

  /** `searched`: a text of the same length, if only its words count. */
  constructor(
    text: string,
    kind: WordKind,
    { searched = text, known }: { searched?: string; known?: KnownWords } = {},
  ) {
    this.text = text
    this.#searched = searched
    this.#kind = kind
    this.known = known
  }

  get tokens(): readonly Token[] {
    this.#tokens ??= tokensOf(this.#searched, this.#kind, this.known)
    return this.#tokens
  }

  /** Without its range, for which a text must be tokenized even if its keys are known. */
  wordAt(position: number): WordForms | undefined {
    return this.known ? this.known.wordAt(position) : this.tokens[position]
  }

  /** The positions of the words with a key, ascending. */
  positionsOf(key: string): readonly number[] {
    if (this.known) return this.known.positionsOf(key)
    this.#positions ??= positionsByKey(this.tokens)
    return this.#positions.get(key) ?? []
  }
}

function positionsByKey(tokens: readonly Token[]): Map<string, number[]> {
  const positions = new Map<string, number[]>()
  for (const [position, { key, also = key }] of tokens.entries())
    for (const one of key === also ? [key] : [key, also]) {
      const known = positions.get(one)
      if (known) known.push(position)
      else positions.set(one, [position])
    }
  return positions
}

/** A paper prepared for queries: plain text, of which each part is tokenized once. */
export interface PaperText {
  /** Its names in paths: "2507.06457", "doi:10.1000/1", "id:17". */
  names: readonly string[]
  title: WordIndex
  abstract: WordIndex
  authors: WordIndex[]
  keywords: WordIndex[]
  organization: WordIndex[]
  categories: string[]
  codeUrl: string | null
  votes: number | null
  /** The newest day on which it was listed as a newer version. */
  revisedDay: Day | null
  /** Listed only as a newer version; matches only queries for newer versions. */
  onlyRevised: boolean
}

export function toPaperText(paper: Paper, known?: Record<'title' | 'abstract', KnownWords>): PaperText {
  const { title, abstract, authors, keywords, organization } = plainTextsOf(paper)
  return {
    names: paperNamesOf(paper),
    title: new WordIndex(title, 'prose', { known: known?.title }),
    // The whole text, without the words of sentences about where code and data are available.
    abstract: new WordIndex(abstract, 'prose', {
      searched: hideAvailability(abstract),
      known: known?.abstract,
    }),
    authors: authors.map((name) => new WordIndex(name, 'names')),
    keywords: keywords.map((keyword) => new WordIndex(keyword, 'prose')),
    organization: organization ? [new WordIndex(organization, 'names')] : [],
    categories: paper.categories,
    codeUrl: paper.codeUrl,
    votes: paper.votes,
    revisedDay: paper.revisedDay,
    onlyRevised: paper.onlyRevised,
  }
}
