import { addDays, DAY_MS, type Day } from '../../src/core/dates.ts'

/** The demo's days begin at this hour (UTC), with that day's papers. */
const MORNING_HOUR = 7

export const morningOf = (day: Day): Date => new Date(`${day}T0${MORNING_HOUR}:00:00Z`)

/**
 * The next instant at which a digest is due, if the papers of `shown` are still new to them. The first digests after that
 * day's papers may be due late: the demo's clock runs, and some zones are far behind. `sent`: those are sent already.
 */
export function nextSend(
  due: Date | undefined,
  { shown, sent }: { shown: Day; sent: boolean },
): Date | undefined {
  const latest = morningOf(shown).getTime() + (sent ? DAY_MS : 2 * DAY_MS)
  return due && due.getTime() <= latest ? due : undefined
}

/** The next day with papers, and when it begins: the clock may be past its morning, since some zones are far ahead. */
export function nextMorning(shown: Day, now: Date): { day: Day; at: Date } {
  const day = addDays(shown, 1)
  return { day, at: new Date(Math.max(morningOf(day).getTime(), now.getTime())) }
}
