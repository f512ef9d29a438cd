import { DAY_MS } from '../../core/dates.ts'
import { type CheckResult, ok, quantity, warning, wrong } from './check.ts'

const WARNING_DAYS = 14

/** Checks a certificate that expires at `until`. */
export function checkCertificateExpiry(until: Date, now: Date, fix: string): CheckResult {
  const days = Math.floor((until.getTime() - now.getTime()) / DAY_MS)
  if (days < 0) return wrong(`its certificate ended ${quantity(-days, 'day')} ago`, fix)
  const found = `certificate good for ${quantity(days, 'day')}`
  return days < WARNING_DAYS ? warning(found, fix) : ok(found)
}
