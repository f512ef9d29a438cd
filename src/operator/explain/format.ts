import { type Day, dayOf, localDayOf } from '../../core/dates.ts'
import { dateWithYear, weekdayDateWithYear } from '../../i18n/dates.ts'
import { listed } from '../../i18n/words.ts'

export interface Verdict {
  code: string
  text: string
}

export const verdict = (code: string, text: string): Verdict => ({ code, text })

/** "08:00" in a time zone. */
const clockTime = (at: Date, zone: string): string =>
  at.toLocaleTimeString('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' })

/** "08:00 Europe/Paris (07:00 UTC)"; with its date if that is not `day`. */
export function hourText(at: Date, zone: string, day?: Day): string {
  const local = localDayOf(at, zone)
  const date = local === day ? '' : `${weekdayDateWithYear(local)}, `
  const utc = localDayOf(at, 'UTC') === local ? clockTime(at, 'UTC') : utcText(at).replace(' UTC', '')
  return `${date}${clockTime(at, zone)} ${zone}${zone === 'UTC' ? '' : ` (${utc} UTC)`}`
}

/** "24 Nov 2026, 07:00:12 UTC" */
export const utcText = (at: Date): string =>
  `${dateWithYear(dayOf(at))}, ${at.toISOString().slice(11, 19)} UTC`

const MAX_NAMED = 3

/** "a, b and c", "a, b, c and 4 more" */
export const some = (items: readonly string[]): string =>
  items.length > MAX_NAMED
    ? `${items.slice(0, MAX_NAMED).join(', ')} and ${items.length - MAX_NAMED} more`
    : listed(items)

const MAX_TITLE = 70

/** A title in quotes, cut if it is long. */
export const quotedTitle = (title: string): string =>
  `“${title.length > MAX_TITLE ? `${title.slice(0, MAX_TITLE - 1).trimEnd()}…` : title}”`
