import { type Bits, countBits, eachBit, keepBits } from '../matching/bits.ts'
import { GAP } from '../matching/vocabulary.ts'
import type { Query } from '../query.ts'
import { isStopWord } from '../text/stop-words.ts'
import { keyOf, tokensOf } from '../text/tokens.ts'
import type { Window } from './window.ts'

export interface TellingWord {
  /** As papers usually write it. */
  word: string
  /** How many of the papers hold it. */
  papers: number
}

interface Among {
  query: Query
  /** What the query finds. */
  found: Bits
  /** As many papers as are to be left at most. */
  room: number
}

/** So many of the newest papers tell which words stand in them. */
const SAMPLE = 400
const LOOKED_AT = 60
const MOST = 6
/** A word that leaves less than so much of the room leaves too little. */
const LEAST_SHARE = 0.1
const TELLING = /^\p{L}[\p{L}\p{N}]{2,}$/u

/** Words that stand in just so many of the papers, those first that stand seldom in others. */
export function tellingWords({ query, found, room }: Among, window: Window): TellingWord[] {
  const { archive } = window
  const sample = newestSlots(found)
  const share = room / Math.max(1, countBits(found))
  const counts = countedKeys(sample, window, wordsOf(query))
  const isOften = (count: number) =>
    count >= sample.length * share * LEAST_SHARE && count <= sample.length * share && count > 1
  const candidates = [...counts]
    .filter(([, count]) => isOften(count))
    .sort(([, a], [, b]) => b - a)
    .slice(0, LOOKED_AT)
  // How much more often here than anywhere, for what stands here often: a word of the field, and not of all papers.
  const weigh = (key: string, count: number) =>
    count * Math.log(((count / sample.length) * archive.index.size) / Math.max(1, archive.papersWith(key)))
  return candidates
    .map(([key, count]) => ({ key, weight: weigh(key, count) }))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .slice(0, MOST)
    .map(({ key }) => heldBy(archive.writtenAs(key), found, window))
    .filter(({ papers }) => papers > 0 && papers <= room)
}

function heldBy(word: string, found: Bits, window: Window): TellingWord {
  const holding = window.archive.find({ kind: 'word', field: 'any', text: word })
  keepBits(holding, found)
  return { word, papers: countBits(holding) }
}

/** Slots rise with time. */
function newestSlots(found: Bits): number[] {
  const slots: number[] = []
  eachBit(found, (slot) => slots.push(slot))
  return slots.slice(-SAMPLE)
}

/** In how many of the papers each word stands, by its key. */
function countedKeys(slots: readonly number[], { archive }: Window, known: ReadonlySet<string>) {
  const { prose } = archive.index.vocabularies
  const counts = new Map<string, number>()
  for (const slot of slots) {
    const { title, abstract } = archive.index.words(slot)
    const keys = new Set<string>()
    for (const number of [...new Set([...title, ...abstract])]) {
      if (number === GAP || !isTelling(prose.spelling(number))) continue
      const key = prose.keyOf(number)
      if (!known.has(key)) keys.add(key)
    }
    for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return counts
}

const isTelling = (word: string): boolean => TELLING.test(word) && !isStopWord(word)

/** The keys of all words of a query. */
function wordsOf(query: Query): Set<string> {
  if (query.kind === 'not') return wordsOf(query.part)
  if ('parts' in query) return new Set(query.parts.flatMap((part) => [...wordsOf(part)]))
  if (!('text' in query)) return new Set()
  return new Set(tokensOf(query.text).map(({ folded }) => keyOf(folded, 'prose')))
}
