import type { Archive, DayBounds } from '../archive.ts'
import { isConnective, isFiller } from '../language/sentence-words.ts'
import { type Bits, countBits, newBits, unionBits } from '../matching/bits.ts'
import { GAP } from '../matching/segment.ts'
import { acronymOf, type PaperText, type Token } from '../text/tokens.ts'
import { isContentWord, strongestWords } from './tf-idf.ts'

/** A query for papers similar to one, and the number of papers that it would have matched. */
export interface ProposedTopic {
  query: string
  papers: number
}

interface ProposeTopicInput {
  /** Ids of similar papers. */
  similarIds: readonly number[]
  /** About four weeks. */
  days: DayBounds
}

const MAX_PHRASES = 4
/** Numbers of papers in these weeks: enough, and more than a reader of similar papers wants. */
const ENOUGH = 12
const TOO_MANY = 28

/**
 * Proposes a topic from phrases of a paper, any of which is enough. Similar papers contain them, and together they
 * match a handful of papers a week. If there is no such phrase, uses the strongest words. Null if no similar paper
 * shares any.
 */
export function proposeTopic(
  archive: Archive,
  paper: PaperText,
  input: ProposeTopicInput,
): ProposedTopic | null {
  const phrases = chooseTerms(archive, distinctivePhrases(archive, paper, input.similarIds), input)
  return phrases ?? chooseTerms(archive, distinctiveWords(archive, paper, input.similarIds), input)
}

function chooseTerms(
  archive: Archive,
  phrases: Iterable<DistinctivePhrase>,
  { days }: ProposeTopicInput,
): ProposedTopic | null {
  const chosen: DistinctivePhrase[] = []
  let brought = newBits(archive.index.docCount)
  for (const phrase of phrases) {
    if (chosen.length === MAX_PHRASES || countBits(brought) >= ENOUGH) break
    if (chosen.some(({ keys }) => keys.some((key) => phrase.keys.includes(key)))) continue
    const together = archive.withinDays(phrase.found, days)
    unionBits(together, brought)
    if (countBits(together) > TOO_MANY) continue
    brought = together
    chosen.push(phrase)
  }
  if (chosen.length === 0) return null
  return { query: chosen.map(textOf).join(' OR '), papers: countBits(brought) }
}

const textOf = ({ text, keys }: DistinctivePhrase): string => (keys.length > 1 ? `"${text}"` : text)

/** A phrase of a paper that similar papers contain far more often than others. */
interface DistinctivePhrase extends Phrase {
  /** The papers that contain it. */
  found: Bits
}

/** A phrase in the title counts as if this many more similar papers contained it. */
const IN_TITLE = 3
const OF_EACH_WORD = 0.1
/** How many phrases are compared with all papers. */
const MAX_TRIED = 16
const MAX_WORDS_TRIED = 8
/** How many times more often similar papers must contain it; if there are few papers, half of the maximum possible. */
const MIN_LIFT = 8

type Candidate = Phrase & { inTitle: boolean; others: number }

/** The distinctive phrases of a paper, best first, each computed on demand. `similar`: ids of similar papers. */
function* distinctivePhrases(
  archive: Archive,
  paper: PaperText,
  similar: readonly number[],
): Generator<DistinctivePhrase> {
  const candidates = candidatesOf(paper)
  countOthers(archive, candidates, similar)
  const best = candidates
    .filter(({ others, inTitle }) => others > (inTitle ? 0 : 1))
    .map((one) => ({ one, weight: weightOf(one) * rarityOf(archive, one.keys) }))
    .sort((a, b) => b.weight - a.weight)
    .slice(0, MAX_TRIED)
  for (const { one } of best) yield* heldAgainstAll(archive, one, similar.length)
}

/** Empty if similar papers contain the phrase hardly more often than other papers. */
function heldAgainstAll(archive: Archive, one: Candidate, similar: number): DistinctivePhrase[] {
  const { size } = archive.index
  const found = archive.find({ kind: one.keys.length > 1 ? 'phrase' : 'word', field: 'any', text: one.text })
  const share = countBits(found) / Math.max(1, size)
  const lift = share === 0 ? 0 : one.others / similar / share
  return lift >= Math.min(MIN_LIFT, size / similar / 2) ? [{ ...one, found }] : []
}

/** If two phrases are equally frequent, the longer one is the full name, and the other a part of it. */
const weightOf = ({ others, inTitle, keys }: Candidate): number =>
  (others + (inTitle ? IN_TITLE : 0)) * (1 + OF_EACH_WORD * keys.length)

/** Single words of a paper that describe its subject and occur in similar papers, best first. */
function distinctiveWords(
  archive: Archive,
  paper: PaperText,
  similar: readonly number[],
): DistinctivePhrase[] {
  const tokens = new Map([...paper.abstract.tokens, ...paper.title.tokens].map((token) => [token.key, token]))
  const words = [...strongestWords(archive.vectorOfText(paper), MAX_WORDS_TRIED).keys()].flatMap(
    (key): Candidate[] => {
      const folded = tokens.get(key)?.folded
      return folded && WHOLE_WORD.test(folded) && !isFiller(folded)
        ? [{ text: toSentenceCase(folded), keys: [key], inTitle: false, others: 0 }]
        : []
    },
  )
  countOthers(archive, words, similar)
  return words
    .filter(({ others }) => others > 1)
    .flatMap((one) => heldAgainstAll(archive, one, similar.length))
}

/** A word that the query language reads only as a word. */
const WHOLE_WORD = /^\p{L}[\p{L}\p{N}]{2,}$/u

function candidatesOf({ title, abstract }: PaperText): Candidate[] {
  const candidates = new Map<string, Candidate>()
  // The abstract first, for its spelling of a phrase.
  for (const { text, tokens } of [abstract, title]) {
    for (const phrase of phrasesOf(text, tokens)) {
      const name = phrase.keys.join(' ')
      const known = candidates.get(name) ?? { ...phrase, inTitle: false, others: 0 }
      candidates.set(name, { ...known, inTitle: known.inTitle || text === title.text })
    }
  }
  return [...candidates.values()]
}

/** Counts the similar papers that contain the words in sequence. */
function countOthers({ index }: Archive, candidates: Candidate[], similar: readonly number[]): void {
  const { prose } = index.vocabularies
  for (const id of similar) {
    const docId = index.docIdOf(id)
    if (docId === undefined) continue
    const { title, abstract } = index.words(docId)
    const text = inSequence(Array.from([...title, GAP, ...abstract], prose.keyOf))
    for (const one of candidates) if (text.includes(inSequence(one.keys))) one.others++
  }
}

const inSequence = (keys: readonly string[]): string => ` ${keys.join(' ')} `

/** The rarity of the two rarest words: a third word does not reduce it. */
function rarityOf(archive: Archive, keys: readonly string[]): number {
  const rarities = keys.map((key) =>
    Math.log((archive.index.size + 1) / (archive.documentFrequency(key) + 1)),
  )
  const [first = 0, second = first] = rarities.sort((a, b) => b - a)
  return first + second
}

/** Adjacent words of a text, or one hyphenated word, that may name its subject. */
interface Phrase {
  /** As written within a sentence: "linear attention", "retrieval-augmented generation". */
  text: string
  keys: readonly string[]
}

const MAX_WORDS = 3

/** A word, or several words joined by hyphens. */
interface Unit {
  tokens: Token[]
  /** Only a blank separates it from the unit before. */
  follows: boolean
}

/** The phrases of a text, in order: two or three words, without splitting a hyphenated word. */
export function phrasesOf(text: string, tokens: readonly Token[]): Phrase[] {
  const units = unitsOf(text, tokens)
  return units.flatMap((_, from) => {
    const phrases: Phrase[] = []
    const words: Token[] = []
    for (const [i, unit] of units.slice(from, from + MAX_WORDS).entries()) {
      if (i > 0 && !unit.follows) break
      words.push(...unit.tokens)
      if (mayName(words)) phrases.push(phraseOf(text, words))
    }
    return phrases
  })
}

function unitsOf(text: string, tokens: readonly Token[]): Unit[] {
  const units: Unit[] = []
  for (const [i, token] of tokens.entries()) {
    const between = i === 0 ? '' : text.slice(tokens[i - 1]!.end, token.start)
    if (/^[-\u2010\u2011]$/.test(between)) units.at(-1)!.tokens.push(token)
    else units.push({ tokens: [token], follows: between === ' ' })
  }
  return units
}

/** Whether the words may name a subject: all are content words, the first is not a filler, and none is repeated. */
function mayName(words: readonly Token[]): boolean {
  const [first, last] = [words[0]!.folded, words.at(-1)!.folded]
  const keys = new Set(words.map(({ key }) => key))
  return (
    words.length > 1 &&
    words.length <= MAX_WORDS &&
    keys.size === words.length &&
    words.every(({ folded }) => isContentWord(folded) && !isConnective(folded)) &&
    !isFiller(first) &&
    !(isFiller(last) && BEHIND_NOUNS.test(last))
  )
}

/** In "attention based" and "results obtained", the next word is missing. */
const BEHIND_NOUNS = /ed$/

const phraseOf = (text: string, words: readonly Token[]): Phrase => ({
  keys: words.map(({ key }) => key),
  text: words
    .map(
      ({ folded, start }, i) => (i === 0 ? '' : text[start - 1] === ' ' ? ' ' : '-') + toSentenceCase(folded),
    )
    .join(''),
})

/** Lowers the capital of a title word; keeps those of LoRA and RAG. */
const toSentenceCase = (word: string): string =>
  acronymOf(word) !== null || /\p{Lu}.*\p{Lu}/u.test(word) ? word : word.toLowerCase()
