import { addDays, daysIn } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { type DayCount, type KeywordCount, summaryOfRange } from '../papers/listed.repo.ts'
import { papersById } from '../papers/paper.repo.ts'
import type { Paper } from '../papers/paper.ts'
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

export async function railOf(
  { db }: Pick<Deps, 'db'>,
  { from, to }: Pick<Span, 'from' | 'to'>,
): Promise<Rail> {
  const firstOf30 = addDays(to, 1 - RAIL_DAYS)
  const daysFrom = from < firstOf30 ? from : firstOf30
  const { days, keywords, top } = await summaryOfRange(db, {
    from,
    to,
    daysFrom,
    topFrom: addDays(to, -6),
    keywords: MAX_KEYWORDS,
    top: MAX_TOP_PAPERS,
  })
  const counts = new Map(days.map(({ day, papers }) => [day, papers]))
  const topPapers = await papersById(db, top, { withWithdrawn: false })
  return {
    days: daysIn({ from: daysFrom, to }).map((day) => ({ day, papers: counts.get(day) ?? 0 })),
    keywords,
    topOfWeek: topPapers.filter(({ votes }) => votes !== null),
  }
}
