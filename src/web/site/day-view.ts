import { type Day, weekdayOf } from '../../core/dates.ts'
import { longDate, weekdayDate, weekdayDateWithYear } from '../../i18n/dates.ts'
import { counted, fill, words } from '../../i18n/words.ts'
import type { DayPage } from '../../search/load-day-page.ts'
import { type PaperItem, paperItem } from './paper-view.ts'

interface PageLink {
  path: string
  text: string
}

/** A page of a day's papers, with links to neighbouring pages and days. */
export interface DayView {
  day: Day
  today: Day
  /** "Papers of Tuesday, 24 November 2026, page 2 of 25" */
  title: string
  path: string
  /** One sentence for search engines and link previews. */
  description: string
  /** "Tuesday, 24 November 2026" */
  text: string
  /** "Tue 24 Nov" */
  shortText: string
  /** "31 papers", "Papers 41 to 80 of 1000" */
  count: string
  papers: PaperItem[]
  /** Why there are no papers; otherwise empty. */
  empty: string
  /** The nearest days with papers; with the year if it differs. */
  previous: PageLink | null
  next: PageLink | null
  /** Null if one page contains all papers. */
  pages: { text: string; previous: PageLink | null; next: PageLink | null } | null
  /** The previous and next page: of the same day, then of other days. */
  before: PageLink | null
  after: PageLink | null
}

export function dayView(shown: DayPage): DayView {
  const { day, today, papers, page, pages } = shown
  const previous = dayLink(shown.previous, day)
  const next = dayLink(shown.next, day)
  const links = pages > 1 ? pagesView(shown) : null
  const text = longDate(day)
  return {
    day,
    today,
    title: fill(page > 1 ? words.day.titleOfPage : words.day.title, { day: text, page, pages }),
    path: pagePath(day, page),
    description: fill(words.day.description, { count: counted(shown.count, words.counts.paper), day: text }),
    text,
    shortText: weekdayDate(day),
    count: countText(shown),
    papers: papers.map((paper) => paperItem(paper)),
    empty: emptyText(day, today),
    previous,
    next,
    pages: links,
    before: links?.previous ?? previous,
    after: links?.next ?? next,
  }
}

function pagesView({ day, page, pages }: DayPage): DayView['pages'] {
  const link = (number: number, text: string): PageLink | null =>
    number < 1 || number > pages ? null : { path: pagePath(day, number), text }
  return {
    text: fill(words.day.page, { page, pages }),
    previous: link(page - 1, words.day.previousPage),
    next: link(page + 1, words.day.nextPage),
  }
}

const pagePath = (day: Day, page: number): string => `/papers/date/${day}${page > 1 ? `?page=${page}` : ''}`

function dayLink(day: Day | null, from: Day): PageLink | null {
  if (day === null) return null
  const isSameYear = day.slice(0, 4) === from.slice(0, 4)
  return { path: pagePath(day, 1), text: isSameYear ? weekdayDate(day) : weekdayDateWithYear(day) }
}

function countText({ papers, count, pages, first }: DayPage): string {
  if (count === 0) return words.day.none
  if (pages === 1) return counted(count, words.counts.paper)
  return fill(words.day.range, { first, last: first + papers.length - 1, count })
}

function emptyText(day: Day, today: Day): string {
  const weekday = weekdayOf(day)
  if (day > today) return words.day.emptyAhead
  if (weekday === 'sat' || weekday === 'sun') {
    return fill(words.day.emptyWeekend, { weekday: words.weekdays[weekday] })
  }
  return day === today ? words.day.emptyToday : words.day.empty
}
