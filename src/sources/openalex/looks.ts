import { DAY_MS, type Day, midnight } from '../../core/dates.ts'

/** Which publication dates a fetch asks for, as days before and after today. */
export interface Look {
  back: number
  ahead: number
}

/** OpenAlex indexes most works within days, some after weeks, and journals date articles up to a year ahead. */
const LONG: Look = { back: 30, ahead: 365 }
const SHORT: Look = { back: 7, ahead: 7 }
/** For filters with hundreds of works a day. */
const BRIEF: Look = { back: 2, ahead: 0 }

const LONG_EVERY_DAYS = 7

/**
 * The looks of a day, of which the first one with few enough works is read. The long one is taken by the first fetch,
 * after a day without a fetch, and once a week, on another day for each source: one fetch of a week's works costs a
 * quarter of the requests.
 */
export function looksOf({
  source,
  day,
  lastFetch,
}: {
  source: string
  day: Day
  lastFetch: Day | undefined
}): Look[] {
  const isLong = !lastFetch || daysBetween(lastFetch, day) > 1 || isWeeklyDay(source, day)
  return isLong ? [LONG, SHORT, BRIEF] : [SHORT, BRIEF]
}

const daysBetween = (from: Day, to: Day): number =>
  (midnight(to).getTime() - midnight(from).getTime()) / DAY_MS

const isWeeklyDay = (source: string, day: Day): boolean =>
  (daysBetween('2026-01-01', day) + sumOf(source)) % LONG_EVERY_DAYS === 0

const sumOf = (text: string): number =>
  [...text].reduce((sum, character) => sum + character.codePointAt(0)!, 0)
