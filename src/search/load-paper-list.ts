import type { Database } from '../core/database/database.ts'
import { addDays, type Day, dayOf, daysIn, weekdayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import {
  type Gain,
  type ListedPage,
  type ListOrder,
  listedPage,
  newestDayWithPapers,
  trendingIds,
} from '../papers/listed.repo.ts'
import { paperByName, papersById } from '../papers/paper.repo.ts'
import type { Paper } from '../papers/paper.ts'
import { parsePaperName } from '../papers/paper-key.ts'
import { type Span, spanOf } from './spans.ts'

// Characters that a path may contain but the database rejects.
const NEVER_IN_NAME = /\p{Cc}/u

const PAPERS_PER_PAGE = 40

type ListCounts = Pick<ListedPage, 'papers' | 'withCode'>

export interface ListChoice {
  order: ListOrder
  /** Only papers with code. */
  withCode: boolean
  /** From 1. */
  page: number
}

export interface PaperList extends ListChoice {
  /** Null for the papers that are trending. */
  span: Span | null
  today: Day
  /** The papers of one page. */
  papers: Paper[]
  /** The papers on all pages, without the choice `withCode`. */
  counts: ListCounts
  pages: number
  /** The position of the page's first paper in the list, from 1. */
  first: number
  /** The most votes of a paper of the list, on any page, or the most gained votes; null without votes. */
  mostVotes: number | null
  /** What papers gained, if they are listed by it. */
  gains: Gains | null
  /** The nearest spans of the same unit with papers. */
  previous: Span | null
  next: Span | null
}

/** Votes that papers gained lately. */
export interface Gains {
  /** The number of days, up to today. */
  days: number
  /** By the id of the paper, the largest first, on all pages. */
  byPaper: ReadonlyMap<number, number>
}

export const FIRST_PAGE: ListChoice = { order: 'votes', withCode: false, page: 1 }

/** One page of the papers listed in a span, which may be empty. Throws page.not-found. */
export async function loadPaperList(
  { db, clock }: Deps,
  { span, ...choice }: ListChoice & { span: Span },
): Promise<PaperList> {
  const skip = skipTo(choice.page)
  const { ids, previous, next, mostVotes, ...counts } = await listedPage(db, {
    ...span,
    ...choice,
    skip,
    take: PAPERS_PER_PAGE,
  })
  return {
    span,
    ...choice,
    today: dayOf(clock.now()),
    counts,
    pages: pagesOf(choice, counts),
    first: skip + 1,
    mostVotes,
    gains: null,
    papers: await shownPapers(db, ids),
    previous: previous === null ? null : spanOf(span.unit, previous),
    next: next === null ? null : spanOf(span.unit, next),
  }
}

/** The days of which votes count: on Monday those since Friday. */
const WEEKDAYS_OF_TRENDING = 2
/** If no paper gained votes in those days. */
const MAX_TRENDING_DAYS = 14
const MAX_TRENDING = 200

/** The first day of which votes count: the last weekday but one. Papers and most votes come on weekdays. */
function firstTrendingDay(today: Day): Day {
  const isWeekday = (day: Day) => !['sat', 'sun'].includes(weekdayOf(day))
  const weekdays = daysIn({ from: addDays(today, -6), to: today }).filter(isWeekday)
  return weekdays.at(-WEEKDAYS_OF_TRENDING)!
}

/** The papers that gained votes lately, the most first, and from which day on. */
async function trendingOn(db: Database, today: Day): Promise<{ since: Day; all: Gain[] }> {
  const since = firstTrendingDay(today)
  const all = await trendingIds(db, { since, limit: MAX_TRENDING })
  if (all.length > 0) return { since, all }
  const longer = addDays(today, 1 - MAX_TRENDING_DAYS)
  return { since: longer, all: await trendingIds(db, { since: longer, limit: MAX_TRENDING }) }
}

/** One page of the papers that gained most votes lately. Throws page.not-found. */
export async function loadTrendingList(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  choice: ListChoice,
): Promise<PaperList> {
  const today = dayOf(clock.now())
  const { since, all } = await trendingOn(db, today)
  const withCode = all.filter((one) => one.withCode)
  const counts = { papers: all.length, withCode: withCode.length }
  const skip = skipTo(choice.page)
  const shown = (choice.withCode ? withCode : all).slice(skip, skip + PAPERS_PER_PAGE)
  return {
    span: null,
    ...choice,
    today,
    counts,
    pages: pagesOf(choice, counts),
    first: skip + 1,
    mostVotes: all[0]?.gained ?? null,
    gains: {
      days: daysIn({ from: since, to: today }).length,
      byPaper: new Map(all.map(({ id, gained }) => [id, gained])),
    },
    previous: null,
    next: null,
    papers: await shownPapers(
      db,
      shown.map(({ id }) => id),
    ),
  }
}

const shownPapers = (db: Database, ids: readonly number[]): Promise<Paper[]> =>
  papersById(db, ids, { withWithdrawn: false })

const skipTo = (page: number): number => (page - 1) * PAPERS_PER_PAGE

/** The number of pages. Throws page.not-found for a page beyond the last. */
function pagesOf({ withCode, page }: ListChoice, counts: ListCounts): number {
  const pages = Math.max(1, Math.ceil((withCode ? counts.withCode : counts.papers) / PAPERS_PER_PAGE))
  if (page > pages) throw new Fault('page.not-found')
  return pages
}

/** The newest day with papers; today if there is no such day. */
export async function newestListedDay({ db, clock }: Deps): Promise<Day> {
  const today = dayOf(clock.now())
  return (await newestDayWithPapers(db, { upTo: today })) ?? today
}

/** A paper by its name in paths. Throws page.not-found, and paper.not-here for an unknown arXiv id or DOI. */
export async function loadPaperByName({ db }: Deps, { name }: { name: string }): Promise<Paper> {
  const paper = NEVER_IN_NAME.test(name) ? null : await paperByName(db, name)
  if (paper) return paper
  const key = parsePaperName(name)
  if (key?.scheme !== 'arxiv' && key?.scheme !== 'doi') throw new Fault('page.not-found')
  throw new Fault('paper.not-here', { name: key.scheme === 'doi' ? `doi:${key.value}` : key.value })
}
