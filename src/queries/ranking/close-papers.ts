import type { Archive, DayBounds } from '../archive.ts'
import { type Bits, hasBit, intersectBits, newBits, subtractBits } from '../matching/bits.ts'
import { asMeaning } from '../meaning/meaning-of.ts'
import { mentionsRevised, type Query } from '../query.ts'
import type { Steps } from '../steps.ts'
import { MIN_CLOSENESS, partsOf, type Topic, topicOf } from './closeness.ts'
import { listedByDay } from './listed-by-day.ts'
import { excludedParts } from './ranker.ts'

/** Of every 25 papers of a day, one may be close; matches use up that share first. */
export const PAPERS_PER_CLOSE = 25

export interface ClosePaper {
  docId: number
  id: number
  /** From MIN_CLOSENESS to 1. */
  closeness: number
}

/**
 * The papers of some days that are close to a query but do not match it, the closest first. The only way to choose them:
 * digests, previews and `queries rank` agree. They meet the query's conditions and contain nothing that it excludes; how
 * many there may be depends on their own day. Empty if too few papers of the archive are about the topic.
 */
export function* closePapers(archive: Archive, query: Query, days: DayBounds): Steps<ClosePaper[]> {
  const topic = yield* topicOf(archive, query, days.to)
  if (!topic?.isKnown) return []
  const allowed = allowedPapers(archive, archive.meaningOf(query))
  const matches = archive.find(query)
  const close: ClosePaper[] = []
  for (const [day, docIds] of listedByDay(archive.index)) {
    if (day < (days.from ?? '') || day > (days.to ?? '9999')) continue
    close.push(...closestOfDay(topic, docIds, { archive, allowed, matches }))
    yield
  }
  return close.sort(closestFirst)
}

function closestOfDay(
  topic: Topic,
  docIds: readonly number[],
  { archive, allowed, matches }: { archive: Archive; allowed: Bits; matches: Bits },
): ClosePaper[] {
  const matched = docIds.filter((docId) => hasBit(matches, docId)).length
  const room = Math.ceil(docIds.length / PAPERS_PER_CLOSE) - matched
  if (room <= 0) return []
  return docIds
    .filter((docId) => hasBit(allowed, docId) && !hasBit(matches, docId))
    .map((docId) => ({ docId, id: archive.index.attributes(docId).id, closeness: topic.closeness(docId) }))
    .filter(({ closeness }) => closeness >= MIN_CLOSENESS)
    .sort(closestFirst)
    .slice(0, room)
}

const closestFirst = (a: ClosePaper, b: ClosePaper): number => b.closeness - a.closeness || b.id - a.id

/**
 * The papers that meet the conditions of a query, and contain nothing that it excludes. `votes>=20` holds for the votes of
 * now: a paper that gets them later is offered then if it matches, and not as close.
 */
function allowedPapers(archive: Archive, meaning: Query): Bits {
  const allowed = archive.index.live.slice()
  subtractBits(allowed, excludedPapers(archive, meaning))
  for (const part of partsOf(meaning).conditions)
    intersectBits(allowed, archive.find(asMeaning(part), mentionsRevised(part)))
  return allowed
}

/** The papers that contain a part that the query excludes. */
export function excludedPapers(archive: Archive, query: Query): Bits {
  const parts = excludedParts(archive.meaningOf(query))
  return parts.length > 0 ? archive.find(asMeaning({ kind: 'or', parts })) : newBits(0)
}
