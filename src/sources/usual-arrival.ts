import { type Day, midnight } from '../core/dates.ts'

const MIN_DAYS = 5
const MAX_DAYS = 14

/**
 * When a source's papers usually arrive, in milliseconds after the day's midnight UTC: the median of up to 14 newest
 * days with a known arrival. Undefined if fewer than 5 days are known.
 */
export function usualArrivalMs(days: readonly { day: Day; cameAt: Date | null }[]): number | undefined {
  const known = days.flatMap(({ day, cameAt }) => (cameAt ? [{ day, cameAt }] : []))
  if (known.length < MIN_DAYS) return undefined
  const newest = known.toSorted((a, b) => b.day.localeCompare(a.day)).slice(0, MAX_DAYS)
  const after = newest.map(({ day, cameAt }) => cameAt.getTime() - midnight(day).getTime())
  return after.sort((a, b) => a - b)[Math.floor((after.length - 1) / 2)]
}
