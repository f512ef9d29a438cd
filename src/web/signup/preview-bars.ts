import type { DayCount } from '../../flows/papers/count-by-day.ts'
import { addDays, type Day, WEEKDAYS, weekdayOf } from '../../platform/dates.ts'
import { shortDate } from '../../words/dates.ts'
import { words } from '../../words/words.ts'

interface Bar {
  papers: number
  /** How high, from 0 to 10. */
  step: number
}

interface WeekOfBars {
  /** "26 Oct": the first of its days. */
  from: string
  /** Monday to Sunday; null for a day that was not looked at. */
  days: (Bar | null)[]
  papers: number
}

/** Papers by day, a week in a row: so many days fit a phone. */
export interface BarsView {
  /** "Mon" to "Sun" */
  heads: string[]
  weeks: WeekOfBars[]
}

const STEPS = 10

/** Undefined where there is nothing to show. `perDay`: every day, oldest first. */
export function barsOf(perDay: readonly DayCount[]): BarsView | undefined {
  const highest = Math.max(...perDay.map(({ papers }) => papers))
  if (highest <= 0) return undefined
  const weeks = Map.groupBy(perDay, ({ day }) => mondayOf(day))
  return {
    heads: WEEKDAYS.map((day) => words.weekdaysShort[day]),
    weeks: [...weeks.values()].map((days) => weekOf(days, highest)),
  }
}

const placeOf = (day: Day): number => WEEKDAYS.indexOf(weekdayOf(day))

const mondayOf = (day: Day): Day => addDays(day, -placeOf(day))

function weekOf(counts: readonly DayCount[], highest: number): WeekOfBars {
  const at = new Map(counts.map(({ day, papers }) => [placeOf(day), papers]))
  return {
    from: shortDate(counts[0]!.day),
    days: WEEKDAYS.map((_, place) => {
      const papers = at.get(place)
      return papers === undefined ? null : { papers, step: Math.ceil((papers / highest) * STEPS) }
    }),
    papers: counts.reduce((sum, { papers }) => sum + papers, 0),
  }
}
