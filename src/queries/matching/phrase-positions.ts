import type { TextField } from '../query.ts'
import { type Term, termOf, wordKindOf } from '../text/tokens.ts'
import { type Bits, forEachBit, intersectBits, newBits, setBit } from './bits.ts'
import { closeTogether, type Span } from './close-together.ts'
import {
  GAP,
  type IndexedField,
  SEGMENT_SIZE,
  type Segment,
  type Vocabularies,
  type Vocabulary,
} from './segment.ts'

// Finds the occurrences of terms by the rules of tokens.ts, with word ids instead of words.

/** The spellings in papers of one or more words of a term. */
interface Spelled {
  numbers: readonly number[]
  words: number
}

/** A term in the spellings of an index's papers. */
export interface IndexedTerm {
  isName: boolean
  /** For each word, the runs that start with it. */
  runsFrom: RunsFrom
  /** For each word, its spellings and those of the runs that may contain it. */
  spellings: readonly (readonly number[])[]
  /** Whether a spelling, by its word id, may start the term. */
  startsTerm: Uint8Array
}

type RunsFrom = readonly Spelled[][]

export function toIndexedTerm(
  { field, text }: { field: TextField; text: string },
  known: Vocabularies,
): IndexedTerm {
  const kind = wordKindOf(field)
  const vocabulary = kind === 'names' ? known.names : known.prose
  const spelled = termOf(text, kind).map((runs) => runs.map((run) => spelledAs(run, vocabulary)))
  const isName = field === 'author'
  const spellings = spelled.map((_, word) => spellingsOf(spelled, word, isName))
  return { isName, runsFrom: spelled, spellings, startsTerm: firstsOf(spelled, vocabulary) }
}

/** A term of one word with all spellings of a key. */
export const keyToIndexedTerm = (key: string, { prose }: Vocabularies): IndexedTerm => ({
  isName: false,
  runsFrom: [[{ numbers: prose.spellingsOf(key), words: 1 }]],
  spellings: [prose.spellingsOf(key)],
  startsTerm: NONE,
})

const NONE = new Uint8Array()

function firstsOf(runsFrom: RunsFrom, { size }: Vocabulary): Uint8Array {
  // A single word needs only its postings, no text scan.
  if (runsFrom.length < 2) return NONE
  const startsTerm = new Uint8Array(size)
  for (const { numbers } of runsFrom[0]!) for (const number of numbers) startsTerm[number] = 1
  return startsTerm
}

const spelledAs = ({ key, words, fits }: Term[number][number], known: Vocabulary): Spelled => ({
  numbers: known.spellingsOf(key).filter((number) => fits({ folded: known.spelling(number) })),
  words,
})

/** The spellings of a term of one word, which need no scan of texts; undefined for other terms. */
export const singleWordOf = ({ isName, runsFrom }: IndexedTerm): readonly number[] | undefined =>
  isName || runsFrom.length !== 1 ? undefined : runsFrom[0]![0]!.numbers

export type PaperCallback = (paper: number, count: number) => void

/**
 * Calls back with each paper of a segment whose `part` contains a term, and with the number of occurrences (1 for a
 * name).
 */
export function forEachPaperWithTerm(
  segment: Segment,
  part: IndexedField,
  term: IndexedTerm,
  work: PaperCallback,
): void {
  if (term.runsFrom.length === 0) return
  const word = singleWordOf(term)
  if (word) {
    forEachPaperWithWord(segment, part, word, work)
    return
  }
  forEachBit(candidatesOf(segment, part, term), (paper) => {
    const text = segment.text(part, paper)
    const count = term.isName ? Number(containsName(text, term.runsFrom)) : countOccurrences(text, term)
    if (count > 0) work(paper, count)
  })
}

/** Calls back with papers that contain a single word, in any of its spellings. */
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

/** How often each paper of a segment contains a word during its lookup; 0 otherwise. */
const counts = new Uint32Array(SEGMENT_SIZE)

/** Scanning a paper's text for adjacent words takes as long as reading this many postings. */
const POSTINGS_PER_TEXT_SCAN = 20

/**
 * Papers that contain the rarest word of the term, by itself or in a longer run; fewer if other words narrow them
 * quickly.
 */
function candidatesOf(segment: Segment, part: IndexedField, { spellings }: IndexedTerm): Bits {
  const postings = segment.postings(part)
  const words = spellings.map((numbers) => ({
    numbers,
    size: numbers.reduce((sum, number) => sum + postings.documentFrequency(number), 0),
  }))
  const [rarest, ...others] = words.sort((a, b) => a.size - b.size)
  if (rarest!.size === 0) return NO_PAPER
  candidates.fill(0)
  for (const number of rarest!.numbers) postings.forEach(number, (paper) => setBit(candidates, paper))
  for (const { numbers, size } of others) {
    if (size > rarest!.size * POSTINGS_PER_TEXT_SCAN) break
    holding.fill(0)
    for (const number of numbers) postings.forEach(number, (paper) => setBit(holding, paper))
    intersectBits(candidates, holding)
  }
  return candidates
}

const NO_PAPER = newBits(0)
/** Used by one lookup at a time: allocating them for each segment would take longer than most lookups. */
const [candidates, holding] = [newBits(SEGMENT_SIZE), newBits(SEGMENT_SIZE)]

/** A name's words are never part of a longer run. */
function spellingsOf(runsFrom: RunsFrom, word: number, isName: boolean): number[] {
  if (isName) return [...runsFrom[word]![0]!.numbers]
  const runs = runsFrom.slice(0, word + 1).flatMap((all, from) => all.slice(word - from))
  return runs.flatMap(({ numbers }) => numbers)
}

/** The number of places at which the words of a term are adjacent. */
function countOccurrences(text: Uint32Array, { runsFrom, startsTerm }: IndexedTerm): number {
  let count = 0
  for (let at = 0; at < text.length; at++) {
    if (startsTerm[text[at]!] === 1 && endAt(runsFrom, 0, text, at) >= 0) count++
  }
  return count
}

/** The position of the last word if the words from `word` on match the text from `at` on; otherwise -1. */
function endAt(runsFrom: RunsFrom, word: number, text: Uint32Array, at: number): number {
  const number = text[at]
  if (number === undefined || number === GAP) return -1
  for (const run of runsFrom[word]!) {
    if (!run.numbers.includes(number)) continue
    const next = word + run.words
    const end = next === runsFrom.length ? at : endAt(runsFrom, next, text, at + 1)
    if (end >= 0) return end
  }
  return -1
}

/**
 * A test of texts: whether the parts of a term are at most `within` words apart, without a gap between them. `parts`:
 * the forms of each part, one of which is enough.
 */
export function closenessTest(
  parts: readonly (readonly IndexedTerm[])[],
  within: number,
  { size }: Vocabulary,
): (text: Uint32Array) => boolean {
  /** Whether a spelling, by its word id, may start one of the parts. */
  const starts = new Uint8Array(size)
  for (const { runsFrom } of parts.flat())
    for (const { numbers } of runsFrom[0] ?? []) for (const number of numbers) starts[number] = 1
  return (text) => {
    let spans: Span[][] = parts.map(() => [])
    for (let at = 0; at <= text.length; at++) {
      if (at === text.length || text[at] === GAP) {
        if (closeTogether(spans, within)) return true
        spans = parts.map(() => [])
      } else if (starts[text[at]!] === 1) {
        for (const [part, forms] of parts.entries()) {
          for (const { runsFrom } of forms) {
            const end = endAt(runsFrom, 0, text, at)
            if (end >= 0) spans[part]!.push([at, end])
          }
        }
      }
    }
    return false
  }
}

/** Whether one name in the list contains every word, in any order. */
function containsName(names: Uint32Array, runsFrom: RunsFrom): boolean {
  for (let from = 0; from < names.length; ) {
    const gap = names.indexOf(GAP, from)
    const name = names.subarray(from, gap < 0 ? names.length : gap)
    if (runsFrom.every(([word]) => word!.numbers.some((number) => name.includes(number)))) return true
    from += name.length + 1
  }
  return false
}
