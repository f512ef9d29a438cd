import type { Day } from '../../core/dates.ts'
import type { Archive } from '../archive.ts'
import { hasBit } from '../matching/bits.ts'
import type { Query } from '../query.ts'
import { allowedPapers, type ClosePaper } from './close-papers.ts'
import { MIN_CLOSENESS, topicOf } from './closeness.ts'
import { listedByDay } from './listed-by-day.ts'

interface BorderInput {
  day: Day
  /** The last day whose papers say what the topic is about. */
  to: Day
  limit: number
}

/**
 * The papers of a day about which the words of a query say least: those nearest to the closeness from which on a paper is
 * close. They meet the query's conditions, contain one of its words at least, and do not match it. If too few papers of
 * the archive are about the topic, those that come nearest.
 */
export function borderPapers(archive: Archive, query: Query, { day, to, limit }: BorderInput): ClosePaper[] {
  const topic = topicOf(archive, query, to)
  if (!topic) return []
  const allowed = allowedPapers(archive, archive.meaningOf(query))
  const matches = archive.find(query)
  const fromBorder = ({ closeness }: ClosePaper) => Math.abs(closeness - MIN_CLOSENESS)
  return (listedByDay(archive.index).get(day) ?? [])
    .filter((docId) => hasBit(allowed, docId) && !hasBit(matches, docId))
    .map((docId) => ({
      docId,
      id: archive.index.attributes(docId).id,
      closeness: topic.closeness(docId),
    }))
    .filter(({ closeness }) => closeness > 0)
    .sort((a, b) => fromBorder(a) - fromBorder(b) || b.id - a.id)
    .slice(0, limit)
}
