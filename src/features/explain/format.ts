import { dayOf } from '../../core/dates.ts'
import { dateWithYear } from '../../i18n/dates.ts'
import { listed } from '../../i18n/words.ts'

/** "08:00" in a time zone. */
const clockTime = (at: Date, zone: string): string =>
  at.toLocaleTimeString('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' })

/** "08:00 Europe/Paris (07:00 UTC)" */
export const hourText = (at: Date, zone: string): string =>
  zone === 'UTC'
    ? `${clockTime(at, zone)} UTC`
    : `${clockTime(at, zone)} ${zone} (${clockTime(at, 'UTC')} UTC)`

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
