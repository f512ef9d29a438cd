import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { Fault } from '../core/errors.ts'
import { type FieldFault, FieldFaults, unknownFieldFaults } from '../core/field-faults.ts'
import { words } from '../i18n/words.ts'
import { MAX_DAYS } from '../search/recent-window.ts'
import type { TypedSignup } from '../subscribers/read-signup.ts'

// One ticked box arrives as a text, two as a list; a JSON body may hold numbers.
export const formText = z.union([z.string(), z.number()]).transform(String)
const texts = z.union([formText, z.array(formText)]).transform((value) => [value].flat())

/** Hour, zone, days and the others, as fields have them. */
export const settingsFields = {
  hour: formText.optional(),
  zone: formText.optional(),
  /** A form sends an empty one along, so that none ticked is not the same as none asked for. */
  days: texts.optional(),
  max: formText.optional(),
  format: formText.optional(),
  detail: formText.optional(),
}

const subscription = {
  email: formText.default(''),
  /** Each may hold several: a comma, a semicolon or a new line starts another. */
  topic: texts.default([]),
  ...settingsFields,
  /** One more topic in parts; texts hold several items, split as topics are. Any of these is enough. */
  any: formText.default(''),
  /** Every one of these. */
  must: formText.default(''),
  /** None of these. */
  never: formText.default(''),
  /** One of these names. */
  author: formText.default(''),
  /** One of arXiv: "cs.LG", or "cs" for all of cs. */
  category: formText.default(''),
  /** The least votes. */
  votes: formText.default(''),
  /** "1": the mail once more, with what was asked for last. */
  again: z.union([formText, z.boolean().transform((again) => (again ? '1' : ''))]).default(''),
  /** People do not see this field; what fills it in is a program. */
  website: formText.default(''),
}

/** Those that programs may send: the trap for them is not for programs that mean well. */
export const subscriptionFields = z.strictObject({ ...subscription, email: formText }).omit({ website: true })

const buttons = {
  /** "add": the builder's topic to the others, and the form again. */
  do: formText.default(''),
  /** The place, from 0, of a topic that is to go; the form again. */
  remove: formText.default(''),
  /** The place, from 0, of a previewed topic and the query that takes its place; the preview again. */
  use: formText.default(''),
  /** "1": back from the page after the form, so that where no topic is typed those of before stay. */
  change: formText.default(''),
  /** "1": from the front page, which previews nothing. */
  banner: formText.default(''),
}

/** The subscribe form as it was sent. */
export interface SubscribeForm {
  typed: TypedSignup & Required<Pick<TypedSignup, 'parts'>>
  /** Which button was pressed, apart from Subscribe. */
  addsTopic: boolean
  removeIndex: number | null
  replacement: { place: number; query: string } | null
  again: boolean
  keepsTopics: boolean
  isFromBanner: boolean
  isBot: boolean
}

/** Reads the fields of the form; others are ignored. Throws FieldFaults: request.wrong-type. */
export function readSubscribeForm(body: unknown): SubscribeForm {
  const fields = readFields(z.object({ ...subscription, ...buttons }), body)
  const { topic: topics, website, again, do: pressed, remove, use, change, banner, ...others } = fields
  const { any, must, never, author, category, votes, ...typed } = others
  return {
    typed: { ...typed, topics, parts: { any, must, never, author, category, votes } },
    addsTopic: pressed === 'add',
    removeIndex: /^\d{1,4}$/.test(remove) ? Number(remove) : null,
    replacement: replacementOf(use),
    again: again !== '',
    keepsTopics: change === '1',
    isFromBanner: banner === '1',
    isBot: website !== '',
  }
}

/** Everything in a form that is read as a query. */
export const queriesIn = ({ typed: { topics, parts }, replacement }: SubscribeForm): string[] =>
  [...topics, ...Object.values(parts), replacement?.query ?? ''].filter(Boolean)

function replacementOf(use: string): SubscribeForm['replacement'] {
  const [, place, query] = /^(\d{1,4}) (.+)$/s.exec(use) ?? []
  return place && query ? { place: Number(place), query } : null
}

/** Reads a body of JSON. Throws FieldFaults: request.wrong-type, request.unknown-field. */
export function readSubscriptionJson(body: unknown): SubscribeForm {
  const known = Object.keys(subscriptionFields.shape)
  const unknown = Object.keys(isFields(body) ? body : {}).filter((field) => !(field in subscription))
  throwFaults(unknownFieldFaults(unknown, known.join(', ')))
  return readSubscribeForm(body)
}

/** Hour, zone, days and the other settings out of the query of an address, as far as they can be read. */
export function settingsInQuery(query: unknown): Partial<TypedSignup> {
  const parsed = z.object(settingsFields).safeParse(query)
  return parsed.success ? parsed.data : {}
}

/** Topics out of the query of an address: /subscribe?topic=mamba&topic=author:Gu */
export function topicsInQuery(query: unknown): string[] {
  const parsed = z.object({ topic: texts.default([]) }).safeParse(query)
  return parsed.success ? parsed.data.topic.filter((topic) => topic.trim() !== '') : []
}

const isFields = (body: unknown): body is object =>
  typeof body === 'object' && body !== null && !Array.isArray(body)

/** Reads the fields of a form or a body of JSON; others are ignored. Throws FieldFaults: request.wrong-type. */
export function readFields<T extends z.ZodObject>(fields: T, body: unknown = {}): z.output<T> {
  const parsed = fields.safeParse(body)
  if (parsed.success) return parsed.data
  const names = [...new Set(parsed.error.issues.map(({ path: [name] }) => String(name ?? 'body')))]
  throwFaults(names.map((field) => ({ field, fault: new Fault('request.wrong-type', wrongType(field)) })))
  throw parsed.error
}

function wrongType(field: string) {
  const { text, texts, fields } = words.subscribe.takes
  return {
    field,
    takes: field === 'body' ? fields : ['topic', 'days', 'others'].includes(field) ? texts : text,
  }
}

function throwFaults([first, ...others]: FieldFault[]): void {
  if (first) throw new FieldFaults([first, ...others])
}

/** The address of a form with one field, as typed; empty where there is none. */
export const emailIn = (body: unknown): string =>
  isFields(body) && 'email' in body && typeof body.email === 'string' ? body.email : ''

/** A query, a number of days, 30 unless one is given, and the queries of other topics. */
export interface PreviewQuery {
  query: string
  days: number
  others: string[]
}

/** Throws FieldFaults: request.wrong-type. */
export const readPreviewQuery = (body: unknown): PreviewQuery => {
  const days = formText.transform(Number).default(MAX_DAYS)
  return readFields(z.object({ query: formText.default(''), days, others: texts.default([]) }), body)
}

export const isJson = ({ headers }: FastifyRequest): boolean =>
  headers['content-type']?.startsWith('application/json') ?? false

/** Programs that send or ask for JSON get JSON; browsers, and whoever does not say, get a page. */
export function wantsJson(request: FastifyRequest): boolean {
  const { accept = '' } = request.headers
  if (request.url.startsWith('/api/')) return true
  return !accept.includes('text/html') && (accept.includes('application/json') || isJson(request))
}
