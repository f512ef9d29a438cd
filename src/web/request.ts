import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Deps } from '../core/deps.ts'
import { Fault, type FieldFault, FieldFaults, unknownFieldFaults } from '../core/errors.ts'
import { words } from '../i18n/words.ts'
import { parseOrNull } from '../queries/language/parse-query.ts'
import { splitFields } from '../queries/language/split-topics.ts'
import type { Steps } from '../queries/steps.ts'
import { MAX_DAYS } from '../search/open-archive.ts'
import { type Searcher, withSearchSlot } from '../search/search-slot.ts'
import { runYielding, type Spend } from '../search/yield-to-event-loop.ts'
import type { TypedSignup } from '../subscribers/read-signup.ts'
import { MAX_TOPICS } from '../subscribers/subscriber.ts'

// One ticked box arrives as a string, two as an array; a JSON body may contain numbers.
export const formText = z.union([z.string(), z.number()]).transform(String)
const texts = z.union([formText, z.array(formText)]).transform((value) => [value].flat())

/** Hour, time zone, days and the other settings, as a form sends them. */
export const settingsFields = {
  hour: formText.optional(),
  zone: formText.optional(),
  /** The form always sends one empty value, so that "no day ticked" differs from "no days in the form". */
  days: texts.optional(),
  max: formText.optional(),
  format: formText.optional(),
  detail: formText.optional(),
}

const subscription = {
  email: formText.default(''),
  /** Each may contain several topics, separated by a comma, a semicolon or a new line. */
  topic: texts.default([]),
  ...settingsFields,
  /** The parts of one more topic; each text may contain several items, split as topics are. Any of these is enough. */
  any: formText.default(''),
  /** All of these must match. */
  must: formText.default(''),
  /** None of these may match. */
  never: formText.default(''),
  /** One of these authors. */
  author: formText.default(''),
  /** One of these arXiv categories: "cs.LG", or "cs" for all of cs. */
  category: formText.default(''),
  /** The minimum number of votes. */
  votes: formText.default(''),
  /** "1": send the email again, with the settings of the last form. */
  again: z.union([formText, z.boolean().transform((again) => (again ? '1' : ''))]).default(''),
  /** A honeypot: people do not see this field, so a program filled it in. */
  website: formText.default(''),
}

/**
 * The fields that programs may send. The honeypot is left out: it is meant for spam programs, not for clients of the
 * API.
 */
export const subscriptionFields = z.strictObject({ ...subscription, email: formText }).omit({ website: true })

const buttons = {
  /** "add": add the builder's topic to the others, and show the form again. */
  do: formText.default(''),
  /** The position, from 0, of a topic to remove; shows the form again. */
  remove: formText.default(''),
  /** The position, from 0, of a previewed topic, and the query that replaces it; shows the preview again. */
  use: formText.default(''),
  /** "1": the reader came back from the page after the form. If no topic is typed, the earlier ones stay. */
  change: formText.default(''),
  /** "1": from the front page, which shows no preview. */
  banner: formText.default(''),
}

/** The subscribe form as it was sent. */
export interface SubscribeForm {
  typed: TypedSignup & Required<Pick<TypedSignup, 'parts'>>
  /** Which button was pressed, other than Subscribe. */
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

/** Every text in a form that is parsed as a query. */
export const queriesIn = ({ typed: { topics, parts }, replacement }: SubscribeForm): string[] =>
  [...topics, ...Object.values(parts), replacement?.query ?? ''].filter(Boolean)

function replacementOf(use: string): SubscribeForm['replacement'] {
  const [, place, query] = /^(\d{1,4}) (.+)$/s.exec(use) ?? []
  return place && query ? { place: Number(place), query } : null
}

/** Reads a JSON body. Throws FieldFaults: request.wrong-type, request.unknown-field. */
export function readSubscriptionJson(body: unknown): SubscribeForm {
  const known = Object.keys(subscriptionFields.shape)
  const unknown = Object.keys(isFields(body) ? body : {}).filter((field) => !(field in subscription))
  throwFaults(unknownFieldFaults(unknown, known.join(', ')))
  return readSubscribeForm(body)
}

/** The settings in the query string of a URL, as far as they can be read. */
export function settingsInQuery(query: unknown): Partial<TypedSignup> {
  const parsed = z.object(settingsFields).safeParse(query)
  return parsed.success ? parsed.data : {}
}

/** The topics in the query string of a URL: /subscribe?topic=mamba&topic=author:Gu */
export function topicsInQuery(query: unknown): string[] {
  const parsed = z.object({ topic: texts.default([]) }).safeParse(query)
  return parsed.success ? parsed.data.topic.filter((topic) => topic.trim() !== '') : []
}

const isFields = (body: unknown): body is object =>
  typeof body === 'object' && body !== null && !Array.isArray(body)

/** Reads the fields of a form or a JSON body; ignores others. Throws FieldFaults: request.wrong-type. */
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

/** The address in a form with one field, as typed; empty if the form has none. */
export const emailIn = (body: unknown): string =>
  isFields(body) && 'email' in body && typeof body.email === 'string' ? body.email : ''

/** A query, a number of days (30 by default), and the queries of other topics. */
interface PreviewQuery {
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

/** Programs that send or accept JSON get JSON; browsers, and clients without an Accept header, get a page. */
export function wantsJson(request: FastifyRequest): boolean {
  const { accept = '' } = request.headers
  if (request.url.startsWith('/api/')) return true
  return !accept.includes('text/html') && (accept.includes('application/json') || isJson(request))
}

/**
 * Parses typed topics, one in each step, so that reading them afterwards does not block other requests: twenty long
 * ones take about 100 ms. If there are more than a subscriber may have, they are refused before any is parsed.
 */
export const preparseTopics = (typed: readonly string[], spend?: Spend): Promise<void> =>
  runYielding(parsing(typed), spend)

function* parsing(typed: readonly string[]): Steps<void> {
  const topics = splitFields(typed)
  yield
  if (topics.length > MAX_TOPICS) return
  for (const topic of topics) {
    parseOrNull(topic)
    yield
  }
}

/** The number of characters that we parse in about a millisecond. */
const MAX_FREE_LENGTH = 1000

/**
 * Parses long topics of a sign-up in a search slot: anyone can send twenty long topics with an address that is then
 * refused. Ordinary sign-ups need no slot. Throws rate.too-many, rate.at-once, search.busy.
 */
export async function readTopicsInSlot(deps: Deps, searcher: Searcher, form: SubscribeForm): Promise<void> {
  const queries = queriesIn(form)
  if (queries.join('').length <= MAX_FREE_LENGTH) return
  await withSearchSlot(deps, searcher, queries, (spend) => preparseTopics(form.typed.topics, spend))
}
