import { dayOf } from '../core/dates.ts'
import { MAX_OTHERS } from './choose.ts'
import { type Composed, type ComposeInput, frozen } from './composed.ts'
import { reachedBy } from './offer.ts'
import type { Shelf } from './shelf.ts'
import { daysIn, weekTo } from './week.ts'

const HOUR_MS = 3600 * 1000
/** Votes come in for most of a day: the best of a day are known 20 hours after it began. */
export const BEST_AFTER_MS = 20 * HOUR_MS

/**
 * The best by votes of the newest day that is old enough, or of the week that ends with it, once, whenever the
 * subscriber confirmed.
 */
export function bestOfDay(shelf: Shelf, input: ComposeInput): Composed {
  const { recipient, earlier, horizon, now } = input
  const reached = reachedBy(earlier)
  const shown = new Set(earlier.flatMap(({ papers }) => papers))
  const day = shelf.newestDay(dayOf(new Date(now.getTime() - BEST_AFTER_MS)), horizon)
  const isNew = day !== undefined && !earlier.some(({ bestDay }) => bestDay === day)
  const week = recipient.weekly && day !== undefined ? weekTo(day) : null
  const listed = isNew ? daysIn(week ?? { from: day, to: day }).flatMap((one) => shelf.listedFirst(one)) : []
  const papers = listed
    .filter(({ id }) => id <= horizon && !shown.has(id))
    .toSorted((a, b) => (b.votes ?? -1) - (a.votes ?? -1) || a.id - b.id)
  const best = papers.slice(0, recipient.maxPapers).map(({ id }) => shelf.shown(id))
  const others = papers.slice(recipient.maxPapers)
  const sections = best.length > 0 ? [{ topic: null, topicId: null, papers: best }] : []
  const beyond = week ? others.slice(0, MAX_OTHERS).map(({ id }) => id) : []
  // Nothing is looked at for topics: whoever adds some later is offered all that they have not been shown.
  return {
    fromPaper: reached,
    toPaper: reached,
    toHistory: input.history,
    bestDay: best.length > 0 ? day! : null,
    ...frozen(input, { bestOf: day ?? null, week, sections, more: others.length, beyond }),
  }
}
