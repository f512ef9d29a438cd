import { Fault } from '../../core/errors.ts'

// ISO 8601, and what Postgres and Go print: "2025-03-01 08:00:00.123456 +0000 UTC", "2025-03-01 08:00:00+00".
const INSTANT =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?))?\s*(Z|UTC|[+-]\d\d(?::?\d\d)?)?(?: (?:[A-Z]{2,5}|[+-]\d{4}))?$/

// What programs print for "never": MySQL, Go, the Unix clock.
const NEVER = /^(?:0000-00-00|0001-01-01|1970-01-01(?:$|[T ]00:00))/

/** Whether a cell says that something never was. */
export const isNever = (text: string | undefined): boolean => {
  const typed = text?.trim() ?? ''
  return typed === '' || NEVER.test(typed)
}

// No list for mails is older; such a date is a slip, or stands for something else.
const OLDEST = new Date('1995-01-01')

/**
 * Null for an empty cell, and for one that says "never"; without a zone it is UTC. Throws import.instant for anything
 * else, for the future, and for what is before 1995.
 */
export function readInstant(column: string, text: string, now: Date): Date | null {
  if (isNever(text)) return null
  const typed = text.trim()
  const [, day, time = '00:00', offset = 'Z'] = INSTANT.exec(typed) ?? []
  const instant = new Date(
    `${day}T${time.replace(',', '.').replace(/(\.\d{3})\d+/, '$1')}${isoOffset(offset)}`,
  )
  if (instant >= OLDEST && instant <= now && isDay(day!)) return instant
  throw new Fault('import.instant', { column, value: typed.slice(0, 40) })
}

// A Date takes 30 February for 2 March.
const isDay = (day: string): boolean => new Date(`${day}T00:00:00Z`).toISOString().startsWith(day)

const isoOffset = (offset: string): string => {
  if (offset === 'Z' || offset === 'UTC') return 'Z'
  const [sign, digits] = [offset[0], offset.slice(1).replace(':', '')]
  return `${sign}${digits.slice(0, 2)}:${digits.slice(2) || '00'}`
}
