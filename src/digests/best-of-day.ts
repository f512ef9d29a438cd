import { dayOf } from '../core/dates.ts'
import type { Candidates } from './candidates.ts'
import { type ComposeInput, type DigestDraft, draftContent } from './digest-draft.ts'
import { highestPaperSeen } from './eligible-range.ts'
import { MAX_OTHERS } from './select-papers.ts'
import { daysIn, weekTo } from './week.ts'

const HOUR_MS = 3600 * 1000
/** A day gets most of its votes in its first 20 hours; then we choose its best papers. */
export const BEST_AFTER_MS = 20 * HOUR_MS

/**
 * The papers with most votes of the newest day that is old enough, or of the week that ends with it. Each day is shown
 * once, regardless of when the subscriber confirmed.
 */
export function bestOfDay(candidates: Candidates, input: ComposeInput): DigestDraft {
  const { recipient, earlier, maxPaperId, now } = input
  const reached = highestPaperSeen(earlier)
  const shown = new Set(earlier.flatMap(({ papers }) => papers))
  const day = candidates.newestDay(dayOf(new Date(now.getTime() - BEST_AFTER_MS)), maxPaperId)
  const isNew = day !== undefined && !earlier.some(({ bestDay }) => bestDay === day)
  const week = recipient.weekly && day !== undefined ? weekTo(day) : null
  const listed = isNew
    ? daysIn(week ?? { from: day, to: day }).flatMap((one) => candidates.firstListedOn(one))
    : []
  const papers = listed
    .filter(({ id }) => id <= maxPaperId && !shown.has(id))
    .toSorted((a, b) => (b.votes ?? -1) - (a.votes ?? -1) || a.id - b.id)
  const best = papers.slice(0, recipient.maxPapers).map(({ id }) => candidates.shown(id))
  const others = papers.slice(recipient.maxPapers)
  const sections = best.length > 0 ? [{ topic: null, topicId: null, papers: best }] : []
  const beyond = week ? others.slice(0, MAX_OTHERS).map(({ id }) => id) : []
  // This digest takes no papers from the range of topics: a topic that is added later offers all papers not shown yet.
  return {
    fromPaper: reached,
    toPaper: reached,
    toHistory: input.history,
    bestDay: best.length > 0 ? day! : null,
    ...draftContent(input, { bestOf: day ?? null, week, sections, more: others.length, beyond }),
  }
}
