import { addDays, type Day, daysIn } from '../../core/dates.ts'
import { words } from '../../i18n/words.ts'
import type { DayCount } from '../../papers/listed.repo.ts'
import { FIRST_PAGE } from '../../search/load-paper-list.ts'
import { type Span, spanOf } from '../../search/spans.ts'
import { listPath } from './search-paths.ts'

/** The weeks of a month, each of seven days; null for the days of other months. */
export function calendarView({ from, to }: Span, days: readonly DayCount[]) {
  const papersOf = new Map(days.map(({ day, papers }) => [day, papers]))
  const weeks: Span[] = []
  for (let day = from; (weeks.at(-1)?.to ?? '') < to; day = addDays(day, 7)) weeks.push(spanOf('week', day))
  const cellOf = (day: Day) => {
    const papers = papersOf.get(day) ?? 0
    const path = papers > 0 ? listPath(spanOf('day', day), FIRST_PAGE) : null
    return day < from || day > to ? null : { day, date: Number(day.slice(8)), papers, path }
  }
  return {
    heads: Object.values(words.weekdaysShort),
    weeks: weeks.map((week) => ({
      /** "48" */
      number: Number(week.name.slice(-2)),
      path: listPath(week, FIRST_PAGE),
      days: daysIn(week).map(cellOf),
    })),
  }
}
