import { type Day, weekdayOf } from '../../core/dates.ts'
import {
  dateRange,
  dateRangeInWords,
  dateWithYear,
  dayAndMonth,
  longDate,
  monthOf,
  weekdayDate,
  weekdayDateWithYear,
} from '../../i18n/dates.ts'
import { counted, fill, words } from '../../i18n/words.ts'
import type { DayCount } from '../../papers/listed.repo.ts'
import { FIRST_PAGE, type PaperList } from '../../search/load-paper-list.ts'
import type { Rail } from '../../search/rail.ts'
import { type Span, spanOf, weekUpTo } from '../../search/spans.ts'
import { barsOf } from '../bars.ts'
import type { ListOnPage } from '../beside-list.ts'
import { calendarView } from './calendar-view.ts'
import { cardsView } from './cards-view.ts'
import { paperItem } from './paper-view.ts'
import { listPath, searchPath } from './search-paths.ts'

/** A page of a list of papers, with links to other pages, spans and choices. `days`: the papers by day, of a month or the last 30 days. */
export function listView(list: PaperList, days: readonly DayCount[] = []) {
  const { span, today, page, pages, order, withCode } = list
  const name = nameOf(span)
  const [previous, next] = [spanLink(list.previous, span, days), spanLink(list.next, span, days)]
  const links = pagesView(list, (page) => listPath(span, { ...list, page }))
  const kind = span?.unit ?? 'trending'
  const count = countOf(list)
  const title = fill(words.list.titles[kind], { name })
  return {
    kind,
    today,
    previous,
    next,
    day: span?.from ?? today,
    /** "November 2026" */
    heading: name,
    title: page > 1 ? fill(words.list.titleOfPage, { title, page, pages }) : title,
    // Another order is the same page to a search engine.
    path: listPath(span, order === 'votes' && !withCode ? list : FIRST_PAGE),
    /** The whole list, for what features add beside it. */
    whole: { kind, path: listPath(span, { ...list, page: 1 }), papers: count } satisfies ListOnPage,
    description: fill(words.list.descriptions[kind], { count: counted(count, words.counts.paper), name }),
    /** The number of papers, or what the order is. */
    note: list.gains
      ? fill(words.list.trendingHint, { days: counted(list.gains.days, words.counts.day) })
      : countText(list, count),
    papers: list.papers.length,
    ...cardsView(list),
    /** Why there are no papers. */
    empty: emptyText(list),
    pages: links,
    /** The previous and next page: of the same list, then of other spans. */
    before: links?.previous ?? previous,
    after: links?.next ?? next,
    orders: span ? ordersOf(list) : [],
    /** Leads to the papers with code, and back; null if no paper has code. */
    code:
      list.counts.withCode > 0 || withCode
        ? {
            path: listPath(span, { ...list, withCode: !withCode, page: 1 }),
            count: list.counts.withCode,
            chosen: withCode,
          }
        : null,
    /** From the newest day on to its week. */
    week: span?.unit === 'day' && !next ? weekLink(span) : null,
    monthPath: listPath(spanOf('month', span?.from ?? today), FIRST_PAGE),
    /** The days of a month. */
    calendar: span?.unit === 'month' ? calendarView(span, days) : null,
  }
}

function ordersOf(list: PaperList) {
  return (['votes', 'newest'] as const).map((order) => ({
    path: listPath(list.span, { ...list, order, page: 1 }),
    text: words.list.orders[order],
    chosen: order === list.order,
  }))
}

/** What is beside a list: bars, keywords and the best papers of the week. */
export function railView({ days, phrases, topOfWeek }: Rail) {
  const most = Math.max(1, ...days.map(({ papers }) => papers))
  const [from, to] = [dayAndMonth(days[0]!.day), dayAndMonth(days.at(-1)!.day)]
  const total = days.reduce((sum, { papers }) => sum + papers, 0)
  return {
    days: barsOf(days.map(({ papers }) => papers)),
    daysText: fill(words.list.rail.daysText, { count: counted(total, words.counts.paper), from, to, most }),
    from,
    to,
    phrases: (phrases ?? []).map(({ text, papers }) => ({
      text,
      papers,
      path: searchPath({ query: `"${text}"` }),
    })),
    topOfWeek: {
      days: dateRangeInWords(topOfWeek.from, topOfWeek.to),
      papers: topOfWeek.papers.map((paper) => ({
        ...paperItem(paper),
        day: weekdayDate(paper.firstDay),
        votes: counted(paper.votes ?? 0, words.counts.vote),
      })),
    },
  }
}

/** "Page 2 of 25", with links to the pages beside it; null if there is only one. */
export function pagesView(
  { page, pages }: { page: number; pages: number },
  pathOf: (page: number) => string,
) {
  if (pages < 2) return null
  return {
    text: fill(words.day.page, { page, pages }),
    previous: page > 1 ? { path: pathOf(page - 1), text: words.day.previousPage } : null,
    next: page < pages ? { path: pathOf(page + 1), text: words.day.nextPage } : null,
  }
}

/** "Tuesday 24 November 2026", "Week of 23 Nov 2026", "18–24 November", "November 2026", "Trending" */
function nameOf(span: Span | null): string {
  if (!span) return words.list.trending
  if (span.name === '') return fill(words.list.lastWeek, { days: dateRangeInWords(span.from, span.to) })
  if (span.unit === 'week') return fill(words.list.week, { day: dateWithYear(span.from) })
  return span.unit === 'day' ? longDate(span.from) : monthOf(span.from)
}

/** "The week, 18–24 November" */
function weekLink({ to }: Span) {
  const week = weekUpTo(to)
  const text = fill(words.list.lastWeek, { days: dateRangeInWords(week.from, to) })
  return { path: listPath(week, FIRST_PAGE), text }
}

/** A day and a week with the year if it differs, a day with its papers if they are known. */
function spanLink(span: Span | null, from: Span | null, days: readonly DayCount[]) {
  if (!span) return null
  const isSameYear = span.to.slice(0, 4) === from?.to.slice(0, 4)
  const { unit, from: first, to } = span
  const day = isSameYear ? weekdayDate(first) : weekdayDateWithYear(first)
  const week = isSameYear ? dateRange(first, to) : `${dateRange(first, to)} ${to.slice(0, 4)}`
  const text = { day, week, month: monthOf(first) }[unit]
  /** What a narrow screen shows of it. */
  const short = unit === 'day' ? words.weekdaysShort[weekdayOf(first)] : text
  const papers = unit === 'day' && days.find(({ day }) => day === first)?.papers
  const count = papers ? counted(papers, words.counts.paper) : null
  return { path: listPath(span, FIRST_PAGE), text, short, count }
}

const countOf = ({ counts, withCode }: PaperList): number => (withCode ? counts.withCode : counts.papers)

/** "31 papers"; of a later page, "Papers 41 to 80 of 1000" */
function countText({ papers, page, first }: PaperList, count: number): string {
  if (count === 0) return words.day.none
  if (page === 1) return counted(count, words.counts.paper)
  return fill(words.day.range, { first, last: first + papers.length - 1, count })
}

function emptyText({ span, today, counts }: PaperList): string {
  if (counts.papers > 0) return words.list.emptyWithCode
  if (!span) return words.list.emptyTrending
  if (span.unit !== 'day') return span.from > today ? words.list.emptyAhead : words.list.empty
  return emptyDayText(span.from, today)
}

function emptyDayText(day: Day, today: Day): string {
  const weekday = weekdayOf(day)
  if (day > today) return words.day.emptyAhead
  if (weekday === 'sat' || weekday === 'sun') {
    return fill(words.day.emptyWeekend, { weekday: words.weekdays[weekday] })
  }
  return day === today ? words.day.emptyToday : words.day.empty
}
