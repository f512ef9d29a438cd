import { type Day, WEEKDAYS } from '../core/dates.ts'
import { type Fault, FieldFaults } from '../core/errors.ts'
import { fill, words } from '../i18n/words.ts'
import { currentZoneName, zoneChoices } from '../i18n/zones.ts'
import type { TypedSettings } from '../subscribers/read-signup.ts'
import { MAX_PAPERS, type SubscriberSettings } from '../subscribers/subscriber.ts'
import { paceHints } from './pace-text.ts'

/** The typed values, right or wrong, and the current settings for the rest. `today` decides the offsets of zones. */
export function settingFields(typed: TypedSettings, settings: SubscriberSettings, today: Day) {
  const days = typed.days?.flatMap((text) => text.toLowerCase().split(/[\s,;]+/)) ?? settings.days
  const pace = paceOf(days)
  const max = typed.max || String(settings.maxPapers)
  const zone = currentZoneName(typed.zone || settings.zone)
  const weekday = WEEKDAYS.find((day) => day === (pace === 'weekly' ? days.at(-1) : typed.weekday)) ?? 'mon'
  return {
    hour: typed.hour || String(settings.hour),
    zone,
    zones: zonesWith(zone, today),
    sizes: SIZES.includes(max) ? SIZES : [max, ...SIZES],
    max,
    format: typed.format || settings.format,
    detail: typed.detail || settings.detail,
    related: typed.related || String(settings.related),
    /** The settings at the time the form is shown, for `changedFields`. */
    shown: String(new URLSearchParams(settingsPairs(settings))),
    days,
    pace,
    weekday,
    /** What the cards of the schedules say until topics are previewed. */
    paces: paceHints(weekday),
    /** The pace that the daily card stands for. */
    dailyPace: pace === 'daily' ? 'daily' : 'weekdays',
  }
}

/** How many papers an email may have. */
const SIZES: readonly string[] = Array.from({ length: MAX_PAPERS }, (_, i) => String(i + 1))

/** The zones of the field: all that we know, and a typed one that we do not know. */
function zonesWith(zone: string, today: Day): readonly { zone: string; text: string }[] {
  const known = zoneChoices(today)
  return known.some((choice) => choice.zone === zone) ? known : [{ zone, text: zone }, ...known]
}

/** The choice of the form that stands for these days. */
function paceOf(days: readonly string[]): 'daily' | 'weekdays' | 'weekly' | 'own' {
  const chosen = WEEKDAYS.filter((day) => days.includes(day))
  if (chosen.length === WEEKDAYS.length) return 'daily'
  if (chosen.join() === WEEKDAYS.slice(0, 5).join()) return 'weekdays'
  return chosen.length === 1 ? 'weekly' : 'own'
}

/** Settings as the fields of a form or a query string. */
export const settingsPairs = ({ zone, hour, days, ...others }: SubscriberSettings): [string, string][] => [
  ['hour', String(hour)],
  ['zone', currentZoneName(zone)],
  ...days.map((day): [string, string] => ['days', day]),
  ['max', String(others.maxPapers)],
  ['format', others.format],
  ['detail', others.detail],
  ['related', String(others.related)],
]

/**
 * The settings of a form that differ from those it showed. The others may have changed elsewhere since, so the form
 * does not set them. If `shown` is empty, returns all settings.
 */
export function changedFields(typed: TypedSettings, shown: string): TypedSettings {
  if (shown === '') return typed
  const before = new URLSearchParams(shown)
  const days = typed.days?.filter(Boolean)
  const { zone, hour, max, format, detail, related } = typed
  const texts = Object.entries({ zone, hour, max, format, detail, related })
  return {
    ...Object.fromEntries(texts.filter(([name, text]) => text?.trim() !== before.get(name))),
    ...(typed.weekday && { weekday: typed.weekday }),
    ...(days && days.join() !== before.getAll('days').join() && { days: typed.days! }),
  }
}

/** What is wrong with a form: a list for the summary at the top, and the message for each field. */
export interface FaultsView {
  /** `id` of the control that the sentence links to; null if it belongs to no control. `code` of the error. */
  errors: { id: string | null; code: string; sentence: string }[]
  /** By field: all its messages. */
  errorOf: Record<string, string | undefined>
}

// For a group of controls, the first of them.
const ID_OF: Record<string, string> = { days: 'days-mon' }
/** The field that a fault of the whole form is about. */
const FIELD_OF: Record<string, string> = { 'signup.domain': 'email' }

/** `fields` are in the order of the page; `reference` identifies our own fault in the log. */
export function faultsView(
  fields: readonly string[],
  fault: Fault | undefined,
  reference: string | null = null,
): FaultsView {
  if (!fault) return { errors: [], errorOf: {} }
  const all = fault instanceof FieldFaults ? fault.fields : [{ field: FIELD_OF[fault.code] ?? '', fault }]
  const place = (field: string) => (fields.includes(field) ? fields.indexOf(field) : fields.length)
  const sorted = all.toSorted((a, b) => place(a.field) - place(b.field))
  const ofLog = reference ? ` ${fill(words.form.reference, { reference })}` : ''
  return {
    errors: sorted.map(({ field, fault: { code, sentence } }) => ({
      id: fields.includes(field) ? (ID_OF[field] ?? field) : null,
      code,
      sentence: `${sentence}${ofLog}`,
    })),
    errorOf: Object.fromEntries(
      [...Map.groupBy(sorted, ({ field }) => field)].map(([field, its]) => [
        field,
        its.map(({ fault: { sentence } }) => sentence).join(' '),
      ]),
    ),
  }
}
