import type { Database } from '../core/database/database.ts'
import { addDays, type Day, daysIn } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { type DayCount, summaryOfRange } from '../papers/listed.repo.ts'
import { papersById } from '../papers/paper.repo.ts'
import type { Paper } from '../papers/paper.ts'
import { type CommonPhrase, commonPhrases } from '../queries/ranking/common-phrases.ts'
import { toPaperText } from '../queries/text/tokens.ts'
import { type Span, weekUpTo } from './spans.ts'

const RAIL_DAYS = 30
const MAX_PHRASES = 6
/** Fewer rows say nothing about a list. */
const MIN_PHRASES = 3
/** A month has some 450 papers. */
const MAX_READ = 600
const MAX_TOP_PAPERS = 3

/** What a page shows beside a list of papers. */
export interface Rail {
  /** The 30 days up to the last one of the list; 0 for days without papers. */
  days: DayCount[]
  /** The phrases that most papers of the whole list share. */
  phrases: CommonPhrase[]
  /** The papers with the most votes of a week; empty beside the list of a week, which begins with them. */
  topOfWeek: { from: Day; to: Day; papers: Paper[] }
}

interface ListBesideRail extends Pick<Span, 'from' | 'to'> {
  unit?: Span['unit']
  today: Day
  /** The papers of the list, if they are not those of its days. */
  ids?: readonly number[]
}

/** What is beside a list. A month that is not over ends today. */
export async function railOf({ db }: Pick<Deps, 'db'>, list: ListBesideRail): Promise<Rail> {
  const { from, unit, today } = list
  const to = from <= today && today < list.to ? today : list.to
  const firstOf30 = addDays(to, 1 - RAIL_DAYS)
  const isLong = from < firstOf30
  const daysFrom = isLong ? from : firstOf30
  const topFrom = weekUpTo(to).from
  const { days, ids, top } = await summaryOfRange(db, {
    from,
    to,
    daysFrom,
    topFrom,
    most: list.ids ? 0 : MAX_READ,
    top: unit === 'week' ? 0 : MAX_TOP_PAPERS,
  })
  const counts = new Map(days.map(({ day, papers }) => [day, papers]))
  const topPapers = await papersById(db, top, { withWithdrawn: false })
  return {
    days: daysIn({ from: daysFrom, to }).map((day) => ({ day, papers: counts.get(day) ?? 0 })),
    phrases: await phrasesOf(db, list.ids ?? ids),
    topOfWeek: { from: topFrom, to, papers: topPapers.filter(({ votes }) => votes !== null) },
  }
}

/** The phrases that papers share; none if they share only a few. */
async function phrasesOf(db: Database, ids: readonly number[]): Promise<CommonPhrase[]> {
  const papers = await papersById(db, ids, { withWithdrawn: false })
  const texts = papers.map((paper) => toPaperText(paper))
  const phrases = await commonPhrases(texts, MAX_PHRASES)
  return phrases.length < MIN_PHRASES ? [] : phrases
}
