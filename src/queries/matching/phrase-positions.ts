import type { TextField } from '../query.ts'
import { type Term, termOf } from '../text/terms.ts'
import { wordKindOf } from '../text/tokens.ts'
import { type Bits, forEachBit, intersectBits, newBits } from './bits.ts'
import {
  GAP,
  type IndexedField,
  MAX_COUNT,
  type Postings,
  SEGMENT_SIZE,
  type Segment,
  type Texts,
} from './segment.ts'
import type { Vocabularies, Vocabulary } from './vocabulary.ts'

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
  /** The spellings that may start the term. */
  starts: readonly number[]
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
  const starts = [...new Set(spelled[0]?.flatMap(({ numbers }) => numbers))]
  return { isName, runsFrom: spelled, spellings, starts }
}

/** A term of one word with all spellings of a key. */
export function keyToIndexedTerm(key: string, { prose }: Vocabularies): IndexedTerm {
  const numbers = prose.spellingsOf(key)
  return { isName: false, runsFrom: [[{ numbers, words: 1 }]], spellings: [numbers], starts: numbers }
}

function spelledAs({ key, also, words, fits }: Term[number][number], known: Vocabulary): Spelled {
  const numbers = known.spellingsOf(key).filter((number) => fits({ folded: known.spelling(number) }))
  if (also === undefined) return { numbers, words }
  return { numbers: [...new Set([...numbers, ...known.spellingsOf(also)])], words }
}

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
  if (singleWordOf(term)) {
    sumBySpelling(segment.postings(part), term.starts, work, (_paper, times) => times)
    return
  }
  const bits = candidatesOf(segment, part, term)
  if (bits === NO_PAPER) return
  if (term.isName) {
    forEachBit(bits, (paper) => {
      if (containsName(segment.text(part, paper), term.runsFrom)) work(paper, 1)
    })
    return
  }
  const texts = segment.texts(part)
  const countOf = (paper: number, times: number, number: number) =>
    countFrom(texts, paper, { number, times }, term.runsFrom)
  sumBySpelling(segment.postings(part), term.starts, work, countOf, bits)
}

/**
 * Calls back with each paper of a set that contains one of the spellings, and with the sum of `countOf` for them if it is
 * not 0.
 */
function sumBySpelling(
  postings: Postings,
  numbers: readonly number[],
  work: PaperCallback,
  countOf: (paper: number, times: number, number: number) => number,
  among?: Bits,
): void {
  const found: number[] = []
  for (const number of numbers) {
    const add = (paper: number, times: number) => {
      const count = countOf(paper, times, number)
      if (count > 0 && counts[paper] === 0) found.push(paper)
      counts[paper]! += count
    }
    postings.forEach(number, add, among)
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
  const sizes: number[] = []
  let rarest = 0
  for (const [word, numbers] of spellings.entries()) {
    let size = 0
    for (const number of numbers) size += postings.documentFrequency(number)
    if (size === 0) return NO_PAPER
    sizes.push(size)
    if (size < sizes[rarest]!) rarest = word
  }
  candidates.fill(0)
  for (const number of spellings[rarest]!) postings.addTo(candidates, number)
  for (const [word, numbers] of spellings.entries()) {
    if (word === rarest || sizes[word]! > sizes[rarest]! * POSTINGS_PER_TEXT_SCAN) continue
    holding.fill(0)
    for (const number of numbers) postings.addTo(holding, number)
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

/**
 * The number of places in a paper at which the words of a term are adjacent and the first has this spelling, which the
 * paper contains `times` times.
 */
function countFrom(
  { words, ends }: Texts,
  paper: number,
  { number, times }: { number: number; times: number },
  runsFrom: RunsFrom,
): number {
  const end = ends[paper]!
  let count = 0
  let at = paper === 0 ? -1 : ends[paper - 1]! - 1
  for (let left = times < MAX_COUNT ? times : end; left > 0; left--) {
    at = words.indexOf(number, at + 1)
    if (at < 0 || at >= end) break
    if (endAt(runsFrom, 0, words, at, end) >= 0) count++
  }
  return count
}

/** The position of the last word if the words from `word` on match the text from `at` to `end`; otherwise -1. */
function endAt(runsFrom: RunsFrom, word: number, text: Uint32Array, at: number, end: number): number {
  if (at === end || text[at] === GAP) return -1
  for (const run of runsFrom[word]!) {
    if (!run.numbers.includes(text[at]!)) continue
    const next = word + run.words
    const last = next === runsFrom.length ? at : endAt(runsFrom, next, text, at + 1, end)
    if (last >= 0) return last
  }
  return -1
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
