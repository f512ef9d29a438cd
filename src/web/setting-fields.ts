import { WEEKDAYS } from '../platform/dates.ts'
import { type TypedSettings, zoneNames } from '../subscribers/settings.ts'
import { DETAILS, FORMATS, type SubscriberSettings } from '../subscribers/subscriber.ts'
import { hourOfDay } from '../words/dates.ts'
import { words } from '../words/words.ts'

export interface Choice {
  value: string
  label: string
  chosen: boolean
}

/** What stands in each field of the settings. */
export interface SettingFields {
  zone: string
  max: string
  hours: Choice[]
  days: Choice[]
  formats: Choice[]
  details: Choice[]
  zones: string[]
}

const HOURS = Array.from({ length: 24 }, (_, hour) => hour)

/** What was typed, wrong or not, over the settings that hold. */
export function settingFields(typed: TypedSettings, settings: SubscriberSettings): SettingFields {
  const { zone, hour, days, maxPapers, format, detail } = settings
  const typedHour = typed.hour || String(hour)
  const typedDays: readonly string[] =
    typed.days?.flatMap((text) => text.toLowerCase().split(/[\s,;]+/)) ?? days
  return {
    zone: typed.zone || zone,
    max: typed.max || String(maxPapers),
    hours: HOURS.map((one) => choice(String(one), hourOfDay(one), typedHour)),
    days: WEEKDAYS.map((day) => choice(day, words.weekdays[day].slice(0, 3), typedDays)),
    formats: FORMATS.map((one) => choice(one, words.form.formats[one], typed.format || format)),
    details: DETAILS.map((one) => choice(one, words.form.details[one], typed.detail || detail)),
    zones: zoneNames(),
  }
}

export const choice = (value: string, label: string, chosen: string | readonly string[]): Choice => ({
  value,
  label,
  chosen: typeof chosen === 'string' ? chosen === value : chosen.includes(value),
})
