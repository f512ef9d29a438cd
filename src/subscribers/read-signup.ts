import type { Config } from '../config/config.ts'
import { isZone, WEEKDAYS, type Weekday } from '../core/dates.ts'
import { Fault, type FieldReader, readFields, undefinedIfFault } from '../core/errors.ts'
import { currentZoneName, ZONE_NAMES } from '../i18n/zones.ts'
import { describeQuery } from '../queries/language/describe-query.ts'
import { parseQuery } from '../queries/language/parse-query.ts'
import { splitFields } from '../queries/language/split-topics.ts'
import { inSearchThread } from '../search/in-search-thread.ts'
import { type Address, parseAddress } from './address.ts'
import {
  DETAILS,
  FORMATS,
  MAX_PAPERS,
  MAX_TOPICS,
  requireFewTopics,
  requireTopicsSize,
  type SignupRequest,
  type SubscriberSettings,
  type TopicText,
} from './subscriber.ts'

/** A sign-up request as typed: on the form, in JSON, on the command line. */
export interface TypedSignup extends TypedSettings {
  email: string
  /** Each may contain several, split as `splitTopics` does. */
  topics: readonly string[]
}

export interface CheckedSignup {
  address: Address
  request: SignupRequest
}

const defaultSettings = (config: Config): SubscriberSettings => ({
  zone: config.DIGEST_ZONE,
  hour: config.DIGEST_HOUR,
  days: config.DIGEST_DAYS,
  maxPapers: config.DIGEST_MAX,
  format: 'html',
  detail: 'full',
  related: true,
})

/** Throws FieldFaults with every field that is wrong: email, topic, those of TypedSettings. */
export const readSignup = (config: Config, typed: TypedSignup): CheckedSignup =>
  readFields((fields) => {
    const address = fields.read('email', { address: '', key: '' }, () => parseAddress(typed.email))
    const topics = fields.read('topic', [], () => readTopics(typed))
    return { address, request: { ...readSettings(typed, defaultSettings(config), fields), topics } }
  })

export const readSignupInThread = inSearchThread(
  import.meta.url,
  'readSignupInThread',
  async ({ config }, typed: TypedSignup) => readSignup(config, typed),
)

/** The typed settings, with the site's defaults for the rest. Throws FieldFaults with the names of TypedSettings. */
export const readTypedSettings = (config: Config, typed: TypedSettings): SubscriberSettings =>
  readFields((fields) => readSettings(typed, defaultSettings(config), fields))

/** Each topic once. Throws FieldFaults: topic. */
export function readTopics(
  { topics }: Pick<TypedSignup, 'topics'>,
  parse: (text: string) => { query: string } = parseTopic,
): TopicText[] {
  const read = readFields((fields) => {
    // Before parsing any of them: a visitor may send thousands.
    const texts = fields.read('topic', [], () => requireFewTopics(splitFields(topics)))
    return texts.map((text) => fields.read('topic', text, () => parse(text).query))
  })
  const all = [...new Set(read)].map((query) => ({ name: query, query }))
  readFields((fields) => fields.read('topic', undefined, () => requireTopicsSize(all)))
  return all
}

export const readTopicsInThread = inSearchThread(
  import.meta.url,
  'readTopicsInThread',
  async (_deps, typed: Pick<TypedSignup, 'topics'>) => readTopics(typed),
)

/** The topics that can be read; none of too many. */
export const readableTopicsInThread = inSearchThread(
  import.meta.url,
  'readableTopicsInThread',
  async (_deps, { topics }: Pick<TypedSignup, 'topics'>) => {
    const texts = splitFields(topics)
    return texts.length > MAX_TOPICS ? [] : texts.filter(isReadable)
  },
)

/** Throws query.* with the column if the text cannot be read. */
export function parseTopic(text: string): TopicText {
  parseQuery(text)
  return { name: text, query: text }
}

/** Whether the current grammar reads a query: a stored one may be older. */
export const isReadable = (query: string): boolean => undefinedIfFault(() => parseQuery(query)) !== undefined

/** Describes a query in plain words. Throws query.*. */
export const describeTopic = (query: string): string => describeQuery(parseQuery(query))

/** Settings as typed in a form, a JSON body or a command line. Absent or empty means the default, except for days. */
export interface TypedSettings {
  zone?: string
  hour?: string
  /** Each may contain several, split by commas. Empty if all days were unselected, which is not a valid schedule. */
  days?: readonly string[]
  /** What a form has chosen as the day of a weekly email; `days` has it too if that counts. */
  weekday?: string | undefined
  max?: string
  format?: string
  detail?: string
  /** true or false */
  related?: string
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
    format: read('format', defaults.format, (text) => parseName('setting.format', FORMATS, text)),
    detail: read('detail', defaults.detail, (text) => parseName('setting.detail', DETAILS, text)),
    related: read(
      'related',
      defaults.related,
      (text) => parseName('setting.related', ['true', 'false'], text) === 'true',
    ),
  }
}

const knownZones = new Map(ZONE_NAMES.map((name) => [name.toLowerCase(), name]))

/**
 * Returns today's name of the zone. Accepts a known name in any case and with blanks: "asia/tokyo", "America/New York".
 * Throws zone.unknown.
 */
function parseZone(text: string): string {
  const name = text.replace(/\s+/g, '_')
  const zone = currentZoneName(knownZones.get(name.toLowerCase()) ?? name)
  if (!isZone(zone)) throw new Fault('zone.unknown', { zone: text.slice(0, 60) })
  return zone
}

function parseHour(text: string): number {
  const hour = text.replace(/:00$/, '')
  if (/^\d{1,4}$/.test(hour) && Number(hour) <= 23) return Number(hour)
  throw new Fault('setting.hour', { value: text.slice(0, 40) })
}

function parseMax(text: string): number {
  const max = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (max >= 1 && max <= MAX_PAPERS) return max
  throw new Fault('setting.max', { value: text.slice(0, 40), most: MAX_PAPERS })
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

/** Throws `code` if the text is not one of the names, in any case. */
function parseName<T extends string>(
  code: 'setting.format' | 'setting.detail' | 'setting.related',
  names: readonly T[],
  text: string,
): T {
  const found = names.find((name) => name === text.toLowerCase())
  if (!found) throw new Fault(code, { value: text.slice(0, 40) })
  return found
}
