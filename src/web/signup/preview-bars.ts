import { addDays, type Day, WEEKDAYS, weekdayOf } from '../../core/dates.ts'
import { shortDate } from '../../i18n/dates.ts'
import { words } from '../../i18n/words.ts'
import type { DayPaperCount } from '../../search/count-by-day.ts'

interface Bar {
  /** A dash for a day on which no paper was listed. */
  papers: number | '–'
  /** The height, from 0 to 10. */
  step: number
}

interface WeekOfBars {
  /** "26 Oct": the first day of the week. */
  from: string
  /** Monday to Sunday; null for a day outside the window. */
  days: (Bar | null)[]
  papers: Bar['papers']
}

/** Papers by day, one week in a row, so that the bars fit on a phone. */
export interface BarsView {
  /** "Mon" to "Sun" */
  heads: string[]
  weeks: WeekOfBars[]
}

const STEPS = 10

/** Undefined if there is nothing to show. `perDay`: all days, oldest first; `listedOn`: the days with papers. */
export function barsView(perDay: readonly DayPaperCount[], listedOn: ReadonlySet<Day>): BarsView | undefined {
  const highest = Math.max(...perDay.map(({ papers }) => papers))
  if (highest <= 0) return undefined
  const weeks = Map.groupBy(perDay, ({ day }) => mondayOf(day))
  return {
    heads: WEEKDAYS.map((day) => words.weekdaysShort[day]),
    weeks: [...weeks.values()].map((days) => weekOf(days, listedOn, highest)),
  }
}

const weekdayIndex = (day: Day): number => WEEKDAYS.indexOf(weekdayOf(day))

const mondayOf = (day: Day): Day => addDays(day, -weekdayIndex(day))

function weekOf(counts: readonly DayPaperCount[], listedOn: ReadonlySet<Day>, highest: number): WeekOfBars {
  const shown = (papers: number, days: readonly DayPaperCount[]) =>
    papers === 0 && !days.some(({ day }) => listedOn.has(day)) ? '–' : papers
  const at = new Map(counts.map((count) => [weekdayIndex(count.day), count]))
  return {
    from: shortDate(counts[0]!.day),
    days: WEEKDAYS.map((_, place) => {
      const count = at.get(place)
      if (!count) return null
      return { papers: shown(count.papers, [count]), step: Math.ceil((count.papers / highest) * STEPS) }
    }),
    papers: shown(
      counts.reduce((sum, { papers }) => sum + papers, 0),
      counts,
    ),
  }
}
