import { ImportFault } from './import-fault.ts'

// ISO 8601, and the formats of Postgres and Go: "2025-03-01 08:00:00.123456 +0000 UTC", "2025-03-01 08:00:00+00".
const INSTANT =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?))?\s*(Z|UTC|[+-]\d\d(?::?\d\d)?)?(?: (?:[A-Z]{2,5}|[+-]\d{4}))?$/

// How programs write "never": MySQL, Go, the Unix clock.
const NEVER = /^(?:0000-00-00|0001-01-01|1970-01-01(?:$|[T ]00:00))/

/** Whether a cell means "never". */
export const isNever = (text: string | undefined): boolean => {
  const typed = text?.trim() ?? ''
  return typed === '' || NEVER.test(typed)
}

// No mailing list is older; an earlier date is a typing error or a placeholder.
const OLDEST = new Date('1995-01-01')

/**
 * Null for an empty cell, and for one that means "never"; a time without a zone is UTC. Throws import.instant for other
 * text, for the future, and for dates before 1995.
 */
export function readInstant(column: string, text: string, now: Date): Date | null {
  if (isNever(text)) return null
  const typed = text.trim()
  const [, day, time = '00:00', offset = 'Z'] = INSTANT.exec(typed) ?? []
  const zone = offset
    .replace('UTC', 'Z')
    .replace(/^(.\d\d):?(\d\d)?$/, (_, hours, minutes = '00') => `${hours}:${minutes}`)
  const instant = new Date(`${day}T${time.replace(',', '.')}${zone}`)
  // Date reads 30 February as 2 March.
  const isDay = new Date(`${day}T00:00Z`).getUTCDate() === Number(day?.slice(8))
  if (instant >= OLDEST && instant <= now && isDay) return instant
  throw new ImportFault('import.instant', { column, value: typed.slice(0, 40) })
}
