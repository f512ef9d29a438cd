import type { Config } from '../config.ts'
import type { TypedSignup } from '../flows/signup/read-signup.ts'
import { WEEKDAYS, type Weekday } from '../platform/dates.ts'
import type { Fault } from '../platform/errors.ts'
import { FieldFaults } from '../platform/field-faults.ts'
import { CONSENT_WORDING } from '../subscribers/consent.ts'
import { zoneNames } from '../subscribers/settings.ts'
import { FORMATS, MOST_PAPERS, MOST_TOPICS } from '../subscribers/subscriber.ts'
import { hourOfDay } from '../words/dates.ts'

interface Choice {
  value: string
  label: string
  chosen: boolean
}

/** The subscribe form, with what somebody typed and what is wrong with it. */
export interface FormView {
  closed: boolean
  email: string
  topic: string
  zone: string
  max: string
  hours: Choice[]
  days: Choice[]
  formats: Choice[]
  zones: string[]
  mostTopics: number
  mostPapers: number
  consent: string
  /** The part with hour, zone and days is shown opened. */
  settingsOpen: boolean
  errors: { id: string; sentence: string }[]
  /** By field: the sentence beside it. */
  errorOf: Record<string, string | undefined>
}

const DAY_LABELS: Record<Weekday, string> = {
  mon: 'Mon',
  tue: 'Tue',
  wed: 'Wed',
  thu: 'Thu',
  fri: 'Fri',
  sat: 'Sat',
  sun: 'Sun',
}
const FORMAT_LABELS = { html: 'With formatting', text: 'Plain text' }
const SETTINGS = ['hour', 'zone', 'days', 'max', 'format']
const HOURS = Array.from({ length: 24 }, (_, hour) => hour)

// Where the field is a group, its first control.
const ID_OF: Record<string, string> = { days: 'days-mon' }

/** `typed` fills the form anew; without it, the site's defaults do. */
export function formView(config: Config, typed?: TypedSignup, fault?: Fault): FormView {
  const faults = fault instanceof FieldFaults ? fault.fields : fault ? [{ field: 'email', fault }] : []
  const errors = faults.map(({ field, fault }) => ({
    field,
    id: ID_OF[field] ?? field,
    sentence: fault.sentence,
  }))
  const hour = typed?.hour || String(config.DIGEST_HOUR)
  const days = typed?.days?.length ? typed.days : config.DIGEST_DAYS
  const format = typed?.format || 'html'
  return {
    closed: config.SIGNUP === 'closed',
    email: typed?.email ?? '',
    topic: typed?.topics.join('\n') ?? '',
    zone: typed?.zone || config.DIGEST_ZONE,
    max: typed?.max || String(config.DIGEST_MAX),
    hours: HOURS.map((one) => ({ value: String(one), label: hourOfDay(one), chosen: String(one) === hour })),
    days: WEEKDAYS.map((one) => ({ value: one, label: DAY_LABELS[one], chosen: days.includes(one) })),
    formats: FORMATS.map((one) => ({ value: one, label: FORMAT_LABELS[one], chosen: one === format })),
    zones: zoneNames(),
    mostTopics: MOST_TOPICS,
    mostPapers: MOST_PAPERS,
    consent: CONSENT_WORDING.asking,
    settingsOpen: errors.some(({ field }) => SETTINGS.includes(field)),
    errors: errors.map(({ id, sentence }) => ({ id, sentence })),
    errorOf: Object.fromEntries(errors.map(({ field, sentence }) => [field, sentence])),
  }
}
