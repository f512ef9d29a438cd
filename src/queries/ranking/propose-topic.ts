import type { Archive, Days } from '../archive.ts'
import { addBits, type Bits, countBits, newBits } from '../matching/bits.ts'
import type { PaperText } from '../text/paper-text.ts'
import { type TellingPhrase, tellingPhrases, tellingWords } from './telling-phrases.ts'

/** A query for papers like one, and how many it would have brought. */
export interface ProposedTopic {
  query: string
  papers: number
}

export interface Proposing {
  /** Numbers of papers that are like it. */
  like: readonly number[]
  /** About four weeks. */
  days: Days
}

const MAX_PHRASES = 4
/** In these weeks: enough, and more than a reader of papers like one wants. */
const ENOUGH = 12
const TOO_MANY = 28

/**
 * A topic of some phrases of a paper, any of which is enough: they stand in papers that are like it, and together bring a
 * handful of papers a week. Where no phrase does, of the words that tell most. Null where nothing of it stands elsewhere.
 */
export function proposeTopic(archive: Archive, paper: PaperText, proposing: Proposing): ProposedTopic | null {
  const phrases = chosenOf(archive, tellingPhrases(archive, paper, proposing.like), proposing)
  return phrases ?? chosenOf(archive, tellingWords(archive, paper, proposing.like), proposing)
}

function chosenOf(
  archive: Archive,
  phrases: Iterable<TellingPhrase>,
  { days }: Proposing,
): ProposedTopic | null {
  const chosen: TellingPhrase[] = []
  let brought = newBits(archive.index.slots)
  for (const phrase of phrases) {
    if (chosen.length === MAX_PHRASES || countBits(brought) >= ENOUGH) break
    if (chosen.some(({ keys }) => keys.some((key) => phrase.keys.includes(key)))) continue
    const together = union(brought, archive.within(phrase.found, days))
    if (countBits(together) > TOO_MANY) continue
    brought = together
    chosen.push(phrase)
  }
  if (chosen.length === 0) return null
  return { query: chosen.map(textOf).join(' OR '), papers: countBits(brought) }
}

const textOf = ({ text, keys }: TellingPhrase): string => (keys.length > 1 ? `"${text}"` : text)

function union(one: Bits, other: Bits): Bits {
  const all = one.slice()
  addBits(all, other)
  return all
}
