import type { Archive, DayBounds } from '../archive.ts'
import { type Bits, hasBit, intersectBits, newBits, subtractBits } from '../matching/bits.ts'
import { asMeaning } from '../meaning/meaning-of.ts'
import { mentionsRevised, type Query } from '../query.ts'
import type { Steps } from '../steps.ts'
import { MIN_CLOSENESS, partsOf, topicOf } from './closeness.ts'
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
  if (!topic) return []
  const nearByDay: NearDay[] = []
  for (const [day, docIds] of listedByDay(archive.index)) {
    if (day < (days.from ?? '') || day > (days.to ?? '9999')) continue
    const near = docIds
      .map((docId) => ({ docId, closeness: topic.closenessIfKnown(docId) }))
      .filter(({ closeness }) => closeness >= MIN_CLOSENESS)
    if (near.length > 0) nearByDay.push({ docIds, near })
    yield
  }
  // Most queries have no such paper on most days. Then neither their matches nor whether they are known matters.
  if (nearByDay.length === 0) return []
  const allowed = allowedPapers(archive, archive.meaningOf(query))
  const matches = archive.find(query)
  const close = nearByDay.flatMap((day) => closestOfDay(day, { archive, allowed, matches }))
  return close.length > 0 && topic.isKnown ? close.sort(closestFirst) : []
}

/** The papers of a day, and those that are near enough. */
interface NearDay {
  docIds: readonly number[]
  near: { docId: number; closeness: number }[]
}

function closestOfDay(
  { docIds, near }: NearDay,
  { archive, allowed, matches }: { archive: Archive; allowed: Bits; matches: Bits },
): ClosePaper[] {
  const matched = docIds.filter((docId) => hasBit(matches, docId)).length
  const room = Math.ceil(docIds.length / PAPERS_PER_CLOSE) - matched
  if (room <= 0) return []
  return near
    .filter(({ docId }) => hasBit(allowed, docId) && !hasBit(matches, docId))
    .map((paper) => ({ ...paper, id: archive.index.attributes(paper.docId).id }))
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
