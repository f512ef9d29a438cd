import type { Archive, DayBounds } from '../archive.ts'
import { type Bits, countBits, newBits, unionBits } from '../matching/bits.ts'
import type { PaperText } from '../text/paper-text.ts'
import { type DistinctivePhrase, distinctivePhrases, distinctiveWords } from './distinctive-phrases.ts'

/** A query for papers similar to one, and the number of papers that it would have matched. */
export interface ProposedTopic {
  query: string
  papers: number
}

export interface ProposeTopicInput {
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
    const together = union(brought, archive.withinDays(phrase.found, days))
    if (countBits(together) > TOO_MANY) continue
    brought = together
    chosen.push(phrase)
  }
  if (chosen.length === 0) return null
  return { query: chosen.map(textOf).join(' OR '), papers: countBits(brought) }
}

const textOf = ({ text, keys }: DistinctivePhrase): string => (keys.length > 1 ? `"${text}"` : text)

function union(one: Bits, other: Bits): Bits {
  const all = one.slice()
  unionBits(all, other)
  return all
}
