import { addDays, daysIn } from '../core/dates.ts'
import {
  type DayCount,
  dayCountsIn,
  idsListedIn,
  type KeywordCount,
  keywordCountsIn,
} from '../papers/listed.repo.ts'
import { papersById } from '../papers/paper.repo.ts'
import type { Paper } from '../papers/paper.ts'
import { cachedUntilChange } from './cached-until-change.ts'
import type { Span } from './spans.ts'

const RAIL_DAYS = 30
const MAX_KEYWORDS = 6
const MAX_TOP_PAPERS = 3

/** What a page shows beside a list of papers. */
export interface Rail {
  /** The 30 days up to the last one of the list; 0 for days without papers. */
  days: DayCount[]
  /** The most frequent keywords of the list. */
  keywords: KeywordCount[]
  /** The papers with the most votes of the seven days up to the last one of the list. */
  topOfWeek: Paper[]
}

export const railOf = cachedUntilChange(
  'rail',
  async (db, { from, to }: Pick<Span, 'from' | 'to'>): Promise<Rail> => {
    const firstOf30 = addDays(to, 1 - RAIL_DAYS)
    const range = { from: from < firstOf30 ? from : firstOf30, to }
    const counts = new Map((await dayCountsIn(db, range)).map(({ day, papers }) => [day, papers]))
    const week = { from: addDays(to, -6), to }
    const top = await idsListedIn(db, { ...week, order: 'votes', take: MAX_TOP_PAPERS })
    const topPapers = await papersById(db, top, { withWithdrawn: false })
    return {
      days: daysIn(range).map((day) => ({ day, papers: counts.get(day) ?? 0 })),
      keywords: await keywordCountsIn(db, { from, to, limit: MAX_KEYWORDS }),
      topOfWeek: topPapers.filter(({ votes }) => votes !== null),
    }
  },
)
