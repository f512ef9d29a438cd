import type { Database } from '../core/database/database.ts'
import { addDays, type Day, dayOf, midnight } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import {
  countListedIn,
  type DayCount,
  dayCountsIn,
  idsListedIn,
  type ListCounts,
  type ListOrder,
  neighbourDays,
  newestDayWithPapers,
  trendingIds,
} from '../papers/listed.repo.ts'
import { paperByName, papersById } from '../papers/paper.repo.ts'
import type { Paper } from '../papers/paper.ts'
import { parsePaperName } from '../papers/paper-key.ts'
import { cachedUntilChange } from './cached-until-change.ts'
import { type Span, spanOf } from './spans.ts'

// Characters that a path may contain but the database rejects.
const NEVER_IN_NAME = /\p{Cc}/u

const PAPERS_PER_PAGE = 40

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
  /** The nearest spans of the same unit with papers. */
  previous: Span | null
  next: Span | null
  /** The papers of each day, for a month; days without papers are left out. */
  days: DayCount[]
}

export const FIRST_PAGE: ListChoice = { order: 'votes', withCode: false, page: 1 }

/** One page of the papers listed in a span, which may be empty. Throws page.not-found. */
export async function loadPaperList(
  deps: Deps,
  { span, ...choice }: ListChoice & { span: Span },
): Promise<PaperList> {
  return { ...(await listOfSpan(deps, { span, ...choice })), today: dayOf(deps.clock.now()) }
}

type ListOfSpan = Omit<PaperList, 'today'>

const listOfSpan = cachedUntilChange(
  'list',
  async (db, asked: ListChoice & { span: Span }): Promise<ListOfSpan> => {
    const { span, ...choice } = asked
    const counts = await countListedIn(db, span)
    const slice = sliceOf(choice, counts)
    const ids = await idsListedIn(db, { ...span, ...choice, ...slice })
    const { previous, next } = await neighbourDays(db, span)
    return {
      ...{ span, ...choice, counts, pages: slice.pages, first: slice.skip + 1 },
      papers: await shownPapers(db, ids),
      previous: previous === null ? null : spanOf(span.unit, previous),
      next: next === null ? null : spanOf(span.unit, next),
      days: span.unit === 'month' ? await dayCountsIn(db, span) : [],
    }
  },
)

/** Long enough to keep a Friday's papers over the weekend; after a week, a vote counts a tenth. */
const HALF_LIFE_DAYS = 2
const TRENDING_DAYS = 14
const MAX_TRENDING = 200

// The order stays the same during a day: all votes age alike.
const trendingOn = cachedUntilChange('trending', (db, today: Day) =>
  trendingIds(db, {
    ...{ now: midnight(addDays(today, 1)), since: addDays(today, -TRENDING_DAYS) },
    ...{ halfLifeDays: HALF_LIFE_DAYS, limit: MAX_TRENDING },
  }),
)

/** One page of the papers that gained most votes lately. Throws page.not-found. */
export async function loadTrendingList(
  deps: Pick<Deps, 'db' | 'clock'>,
  choice: ListChoice,
): Promise<PaperList> {
  const now = deps.clock.now()
  const all = await trendingOn(deps, dayOf(now))
  const withCode = all.filter((one) => one.withCode)
  const counts = { papers: all.length, withCode: withCode.length }
  const { pages, skip, take } = sliceOf(choice, counts)
  const shown = (choice.withCode ? withCode : all).slice(skip, skip + take)
  return {
    ...{ span: null, ...choice, counts, pages, first: skip + 1, previous: null, next: null, days: [] },
    today: dayOf(now),
    papers: await shownPapers(
      deps.db,
      shown.map(({ id }) => id),
    ),
  }
}

const shownPapers = (db: Database, ids: readonly number[]): Promise<Paper[]> =>
  papersById(db, ids, { withWithdrawn: false })

/** Throws page.not-found for a page beyond the last. */
function sliceOf({ withCode, page }: ListChoice, counts: ListCounts) {
  const count = withCode ? counts.withCode : counts.papers
  const pages = Math.max(1, Math.ceil(count / PAPERS_PER_PAGE))
  if (page > pages) throw new Fault('page.not-found')
  return { pages, skip: (page - 1) * PAPERS_PER_PAGE, take: PAPERS_PER_PAGE }
}

/** The newest day with papers; today if there is no such day. */
export async function newestDay({ db, clock }: Deps): Promise<Day> {
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
