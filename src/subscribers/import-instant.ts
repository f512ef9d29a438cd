import { Fault } from '../platform/errors.ts'

// ISO 8601, and what Postgres and Go print: "2025-03-01 08:00:00.123456 +0000 UTC", "2025-03-01 08:00:00+00".
const INSTANT =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?))?\s*(Z|UTC|[+-]\d\d(?::?\d\d)?)?(?: (?:[A-Z]{2,5}|[+-]\d{4}))?$/

/** Null for an empty cell; without a zone it is UTC. Throws import.instant for anything else, and for the future. */
export function readInstant(column: string, text: string, now: Date): Date | null {
  const typed = text.trim()
  if (typed === '') return null
  const [, day, time = '00:00', offset = 'Z'] = INSTANT.exec(typed) ?? []
  const instant = new Date(
    `${day}T${time.replace(',', '.').replace(/(\.\d{3})\d+/, '$1')}${isoOffset(offset)}`,
  )
  if (!(instant <= now)) throw new Fault('import.instant', { column, value: typed.slice(0, 40) })
  return instant
}

const isoOffset = (offset: string): string => {
  if (offset === 'Z' || offset === 'UTC') return 'Z'
  const [sign, digits] = [offset[0], offset.slice(1).replace(':', '')]
  return `${sign}${digits.slice(0, 2)}:${digits.slice(2) || '00'}`
}
