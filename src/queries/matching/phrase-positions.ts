import type { TextField } from '../query.ts'
import { type Term, termOf } from '../text/term.ts'
import { wordKindOf } from '../text/tokens.ts'
import { type Bits, forEachBit, intersectBits, newBits, setBit } from './bits.ts'
import type { IndexedField, Vocabularies } from './paper-words.ts'
import { SEGMENT_SIZE, type Segment } from './segment.ts'
import { GAP, type Vocabulary } from './vocabulary.ts'

// Where the words of a term stand: the rules of term.ts, over numbers instead of words.

/** Spellings that a paper may write for one or more words of a term. */
interface Spelled {
  numbers: readonly number[]
  words: number
}

/** A term as the papers of an index spell it. */
export interface IndexedTerm {
  isName: boolean
  /** For each word, the runs that begin with it. */
  runsFrom: RunsFrom
  /** Of each word, those of it and of the runs that it may stand in. */
  spellings: readonly (readonly number[])[]
  /** Whether a spelling, by its number, may begin the term. */
  startsTerm: Uint8Array
}

type RunsFrom = readonly Spelled[][]

export function toIndexedTerm(
  { field, text }: { field: TextField; text: string },
  known: Vocabularies,
): IndexedTerm {
  const kind = wordKindOf(field)
  const vocabulary = kind === 'names' ? known.names : known.prose
  const { runsFrom } = termOf(text, kind)
  const spelled = runsFrom.map((runs) => runs.map((run) => spelledAs(run, vocabulary)))
  const isName = field === 'author'
  const spellings = spelled.map((_, word) => spellingsOf(spelled, word, isName))
  return { isName, runsFrom: spelled, spellings, startsTerm: firstsOf(spelled, vocabulary) }
}

/** One word of any of the spellings that share a key. */
export const keyToIndexedTerm = (key: string, { prose }: Vocabularies): IndexedTerm => ({
  isName: false,
  runsFrom: [[{ numbers: prose.spellingsOf(key), words: 1 }]],
  spellings: [prose.spellingsOf(key)],
  startsTerm: NONE,
})

const NONE = new Uint8Array()

function firstsOf(runsFrom: RunsFrom, { size }: Vocabulary): Uint8Array {
  // A single word is looked up, not looked for.
  if (runsFrom.length < 2) return NONE
  const startsTerm = new Uint8Array(size)
  for (const { numbers } of runsFrom[0]!) for (const number of numbers) startsTerm[number] = 1
  return startsTerm
}

const spelledAs = ({ key, words, fits }: Term['runsFrom'][number][number], known: Vocabulary): Spelled => ({
  numbers: known.spellingsOf(key).filter((number) => fits({ folded: known.spelling(number) })),
  words,
})

export type PaperCallback = (paper: number, count: number) => void

/** Calls back with each paper of a segment in a part of which a term stands, and how often (a name: once). */
export function forEachPaperWithTerm(
  segment: Segment,
  part: IndexedField,
  term: IndexedTerm,
  work: PaperCallback,
): void {
  const [only] = term.runsFrom
  if (!only) return
  const candidates = () => candidatesOf(segment, part, term)
  if (term.isName) {
    forEachBit(candidates(), (paper) => {
      if (containsName(segment.text(part, paper), term.runsFrom)) work(paper, 1)
    })
  } else if (term.runsFrom.length === 1) {
    forEachPaperWithWord(segment, part, only[0]!.numbers, work)
  } else {
    forEachBit(candidates(), (paper) => {
      const count = countOccurrences(segment.text(part, paper), term)
      if (count > 0) work(paper, count)
    })
  }
}

/** Papers that hold one word, in any of its spellings. */
function forEachPaperWithWord(
  segment: Segment,
  part: IndexedField,
  numbers: readonly number[],
  work: PaperCallback,
): void {
  const postings = segment.postings(part)
  if (numbers.length === 1) {
    postings.forEach(numbers[0]!, work)
    return
  }
  const found: number[] = []
  for (const number of numbers) {
    postings.forEach(number, (paper, count) => {
      if (counts[paper] === 0) found.push(paper)
      counts[paper]! += count
    })
  }
  for (const paper of found) {
    const count = counts[paper]!
    counts[paper] = 0
    work(paper, count)
  }
}

/** How often a word stands in each paper of a segment while it is looked up; else 0. */
const counts = new Uint32Array(SEGMENT_SIZE)

/** Looking whether words stand side by side in a paper takes as long as looking up so many postings. */
const POSTINGS_PER_TEXT_SCAN = 20

/** Papers in which the rarest word of the term stands, by itself or in a longer run; fewer where others tell them quickly. */
function candidatesOf(segment: Segment, part: IndexedField, { spellings }: IndexedTerm): Bits {
  const postings = segment.postings(part)
  const words = spellings.map((numbers) => ({
    numbers,
    size: numbers.reduce((sum, number) => sum + postings.documentFrequency(number), 0),
  }))
  const [rarest, ...others] = words.sort((a, b) => a.size - b.size)
  if (rarest!.size === 0) return NO_PAPER
  const bits = newBits(segment.size)
  for (const number of rarest!.numbers) postings.forEach(number, (paper) => setBit(bits, paper))
  for (const { numbers, size } of others) {
    if (size > rarest!.size * POSTINGS_PER_TEXT_SCAN) break
    const holding = newBits(segment.size)
    for (const number of numbers) postings.forEach(number, (paper) => setBit(holding, paper))
    intersectBits(bits, holding)
  }
  return bits
}

const NO_PAPER = newBits(0)

/** A name's words stand by themselves. */
function spellingsOf(runsFrom: RunsFrom, word: number, isName: boolean): number[] {
  if (isName) return [...runsFrom[word]![0]!.numbers]
  const runs = runsFrom.slice(0, word + 1).flatMap((all, from) => all.slice(word - from))
  return runs.flatMap(({ numbers }) => numbers)
}

/** How many times the words of a term stand side by side. */
function countOccurrences(text: Uint32Array, { runsFrom, startsTerm }: IndexedTerm): number {
  let count = 0
  for (let at = 0; at < text.length; at++) {
    if (startsTerm[text[at]!] === 1 && matchesAt(runsFrom, 0, text, at)) count++
  }
  return count
}

function matchesAt(runsFrom: RunsFrom, word: number, text: Uint32Array, at: number): boolean {
  const number = text[at]
  if (number === undefined || number === GAP) return false
  for (const run of runsFrom[word]!) {
    if (!run.numbers.includes(number)) continue
    const next = word + run.words
    if (next === runsFrom.length || matchesAt(runsFrom, next, text, at + 1)) return true
  }
  return false
}

/** Whether one name in the list has each word, in any order. */
function containsName(names: Uint32Array, runsFrom: RunsFrom): boolean {
  for (let from = 0; from < names.length; ) {
    const gap = names.indexOf(GAP, from)
    const name = names.subarray(from, gap < 0 ? names.length : gap)
    if (runsFrom.every(([word]) => word!.numbers.some((number) => name.includes(number)))) return true
    from += name.length + 1
  }
  return false
}
