import { isZone, WEEKDAYS, type Weekday } from '../core/dates.ts'
import { Fault } from '../core/errors.ts'
import type { FieldReader } from '../core/field-faults.ts'
import {
  DETAILS,
  FORMATS,
  MAX_PAPERS,
  type MailDetail,
  type MailFormat,
  type SubscriberSettings,
} from './subscriber.ts'

/** Settings as typed in a form, a JSON body or a command line. Absent or empty means the default, except for days. */
export interface TypedSettings {
  zone?: string
  hour?: string
  /** Each may contain several, split by commas. Empty if all days were unselected, which is not a valid schedule. */
  days?: readonly string[]
  max?: string
  format?: string
  detail?: string
}

/**
 * Reads typed settings, with `defaults` for the rest; collects faults in `fields`, under the names of TypedSettings.
 */
export function readSettings(
  typed: TypedSettings,
  defaults: SubscriberSettings,
  fields: FieldReader,
): SubscriberSettings {
  const read = <T>(
    name: Exclude<keyof TypedSettings, 'days'>,
    fallback: T,
    parse: (text: string) => T,
  ): T => {
    const text = (typed[name] ?? '').trim()
    return text === '' ? fallback : fields.read(name, fallback, () => parse(text))
  }
  return {
    zone: read('zone', defaults.zone, parseZone),
    hour: read('hour', defaults.hour, parseHour),
    days: typed.days
      ? fields.read('days', defaults.days, () => parseDays(typed.days!.join()))
      : defaults.days,
    maxPapers: read('max', defaults.maxPapers, parseMax),
    format: read('format', defaults.format, parseFormat),
    detail: read('detail', defaults.detail, parseDetail),
  }
}

const knownZones = new Map(
  ['UTC', ...Intl.supportedValuesOf('timeZone')].map((name) => [name.toLowerCase(), name]),
)

/** Every zone that forms offer. */
export const zoneNames = (): string[] => [...knownZones.values()]

/** Throws zone.unknown. Accepts a known name in any case and with blanks: "asia/tokyo", "America/New York". */
function parseZone(text: string): string {
  const name = text.replace(/\s+/g, '_')
  const zone = knownZones.get(name.toLowerCase()) ?? name
  if (!isZone(zone)) throw new Fault('zone.unknown', { zone: text.slice(0, 60) })
  return zone
}

const wholeNumber = (text: string, min: number, max: number): number | undefined => {
  const value = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN
  return value >= min && value <= max ? value : undefined
}

function parseHour(text: string): number {
  const hour = wholeNumber(text.replace(/:00$/, ''), 0, 23)
  if (hour === undefined) throw new Fault('setting.hour', { value: text.slice(0, 40) })
  return hour
}

function parseMax(text: string): number {
  const max = wholeNumber(text, 1, MAX_PAPERS)
  if (max === undefined) throw new Fault('setting.max', { value: text.slice(0, 40), most: MAX_PAPERS })
  return max
}

function parseDays(text: string): Weekday[] {
  const names = text
    .toLowerCase()
    .split(/[\s,;]+/)
    .filter(Boolean)
  const allowed = WEEKDAYS.join(', ')
  if (names.length === 0) throw new Fault('setting.no-days', { allowed })
  const unknown = names.find((name) => !(WEEKDAYS as readonly string[]).includes(name))
  if (unknown !== undefined) throw new Fault('setting.days', { value: unknown.slice(0, 40), allowed })
  return WEEKDAYS.filter((day) => names.includes(day))
}

function parseFormat(text: string): MailFormat {
  const format = FORMATS.find((name) => name === text.toLowerCase())
  if (!format) throw new Fault('setting.format', { value: text.slice(0, 40) })
  return format
}

function parseDetail(text: string): MailDetail {
  const detail = DETAILS.find((name) => name === text.toLowerCase())
  if (!detail) throw new Fault('setting.detail', { value: text.slice(0, 40) })
  return detail
}
