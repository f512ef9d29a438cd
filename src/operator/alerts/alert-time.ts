import { dayOf } from '../../core/dates.ts'
import { weekdayDate } from '../../i18n/dates.ts'

/** "Tue 24 Nov 08:15 UTC", from ISO 8601. */
export function alertTime(instant: string | number | null | undefined): string {
  const text = String(instant)
  return `${weekdayDate(dayOf(new Date(text)))} ${text.slice(11, 16)} UTC`
}
