import { type Day, weekdayOf } from '../../core/dates.ts'
import { longDate, weekdayDate, weekdayDateWithYear } from '../../i18n/dates.ts'
import { counted, fill, words } from '../../i18n/words.ts'
import type { DayPage } from '../../search/load-day-page.ts'
import { paperItem } from './paper-view.ts'

interface PageLink {
  path: string
  text: string
}

/** A page of a day's papers, with links to neighbouring pages and days. */
export function dayView(shown: DayPage) {
  const { day, today, page, pages } = shown
  const [previous, next] = [dayLink(shown.previous, day), dayLink(shown.next, day)]
  const links = pagesView(shown, (page) => pagePath(day, page))
  const text = longDate(day)
  return {
    ...{ day, today, previous, next },
    title: fill(page > 1 ? words.day.titleOfPage : words.day.title, { day: text, page, pages }),
    path: pagePath(day, page),
    description: fill(words.day.description, { count: counted(shown.count, words.counts.paper), day: text }),
    count: countText(shown),
    papers: shown.papers.map((paper) => paperItem(paper)),
    /** Why there are no papers. */
    empty: emptyText(day, today),
    pages: links,
    /** The previous and next page: of the same day, then of other days. */
    before: links?.previous ?? previous,
    after: links?.next ?? next,
  }
}

/** "Page 2 of 25", with links to the pages beside it; null if there is only one. */
export function pagesView(
  { page, pages }: { page: number; pages: number },
  pathOf: (page: number) => string,
): { text: string; previous: PageLink | null; next: PageLink | null } | null {
  if (pages < 2) return null
  return {
    text: fill(words.day.page, { page, pages }),
    previous: page > 1 ? { path: pathOf(page - 1), text: words.day.previousPage } : null,
    next: page < pages ? { path: pathOf(page + 1), text: words.day.nextPage } : null,
  }
}

const pagePath = (day: Day, page: number): string => `/papers/date/${day}${page > 1 ? `?page=${page}` : ''}`

/** With the year if it differs. */
function dayLink(day: Day | null, from: Day): PageLink | null {
  if (day === null) return null
  const isSameYear = day.slice(0, 4) === from.slice(0, 4)
  return { path: pagePath(day, 1), text: isSameYear ? weekdayDate(day) : weekdayDateWithYear(day) }
}

/** "31 papers", "Papers 41 to 80 of 1000" */
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
