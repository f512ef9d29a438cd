import { addDays, type Day, instantOf, localDayOf } from '../core/dates.ts'
import type { Schedule } from './subscriber.ts'

/** The first local day whose hour is after `now`: no digest is due before it. */
export function startDateOf(now: Date, { zone, hour }: Schedule): Day {
  const today = localDayOf(now, zone)
  return instantOf(today, hour, zone) > now ? today : addDays(today, 1)
}
