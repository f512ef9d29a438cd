import { DAY_MS } from '../../core/dates.ts'
import { count, ok, type Verdict, warning, wrong } from './check.ts'

const DAYS_NOTICED = 14

/** Of a certificate that ends on `until`. */
export function judgeDaysLeft(until: Date, now: Date, fix: string): Verdict {
  const days = Math.floor((until.getTime() - now.getTime()) / DAY_MS)
  if (days < 0) return wrong(`its certificate ended ${count(-days, 'day')} ago`, fix)
  const found = `certificate good for ${count(days, 'day')}`
  return days < DAYS_NOTICED ? warning(found, fix) : ok(found)
}
