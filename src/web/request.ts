import type { FastifyReply, FastifyRequest } from 'fastify'
import { validatorCompiler } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { WEEKDAYS } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { words } from '../i18n/words.ts'
import { parseOrNull } from '../queries/language/parse-query.ts'
import { splitFields } from '../queries/language/split-topics.ts'
import type { Steps } from '../queries/steps.ts'
import { MAX_DAYS } from '../search/open-archive.ts'
import { type Searcher, withSearchSlot } from '../search/search-slot.ts'
import { runYielding, type Spend } from '../search/yield-to-event-loop.ts'
import { MAX_TOPICS } from '../subscribers/subscriber.ts'

/** Fastify passes null if there is no body; zod needs undefined. */
export const validatedByZod: typeof validatorCompiler = (route) => {
  const validate = validatorCompiler(route)
  return (data: unknown) => validate(data ?? undefined)
}

/** The message of a schema says what the field takes. */
const TAKES = words.subscribe.takes

// One ticked box arrives as a string, two as an array; a JSON body may contain numbers.
export const formText = z.union([z.string(), z.number()], { error: TAKES.text }).transform(String)
export const texts = z
  .union([formText, z.array(formText)], { error: TAKES.texts })
  .transform((value) => [value].flat())

/** Hour, time zone, days and the other settings, as a form sends them. */
export const settingsFields = {
  hour: formText.optional(),
  zone: formText.optional(),
  /** The form always sends one empty value, so that "no day ticked" differs from "no days in the form". */
  days: texts.optional(),
  max: formText.optional(),
  format: formText.optional(),
  detail: formText.optional(),
  related: formText.optional(),
}

/** The days as a form offers them: "daily", "weekdays" or "weekly" on `weekday`; otherwise those of `days`. */
export const paceFields = { pace: formText.optional(), weekday: formText.optional() }

/** The same fields, with the days that `pace` stands for. */
export function withDaysOfPace<T extends { pace?: string; weekday?: string; days?: string[] }>({
  pace,
  ...others
}: T) {
  const days = daysOfPace(pace, others.weekday)
  return days ? { ...others, days } : others
}

function daysOfPace(pace?: string, weekday = 'mon'): string[] | undefined {
  switch (pace) {
    case 'daily':
      return [...WEEKDAYS]
    case 'weekdays':
      return WEEKDAYS.slice(0, 5)
    case 'weekly':
      return [weekday]
  }
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
  /** A form without a preview: "1" on the front page, "paper" on a paper's page. */
  banner: formText.default(''),
  /** An address whose domain looked mistyped: if it comes again, it is meant. */
  sure: formText.default(''),
  ...paceFields,
}

/** The subscribe form as it was sent. */
export type SubscribeForm = ReturnType<typeof subscribeFormOf>

/** Other fields are ignored. */
export const subscribeFields = z.object(
  { ...subscription, ...buttons, library: texts.default([]) },
  { error: TAKES.fields },
)

/** The form of a program: what `subscriptionFields` describes, without an email too, and with the honeypot. */
export const sentSubscription = z.strictObject(subscription, { error: TAKES.fields })

/** A query, a number of days, and queries of other topics, as JSON. Other fields are ignored. */
export const previewQuery = z.object(
  {
    query: formText.default(''),
    days: formText.transform(Number).default(MAX_DAYS),
    others: texts.default([]),
  },
  { error: TAKES.fields },
)

/** Reads the form, or what can be read of it if its schema refused it. */
export const readSubscribeForm = (request: FastifyRequest): SubscribeForm =>
  subscribeFormOf(formOf(subscribeFields, request))

export function subscribeFormOf(fields: z.output<typeof subscribeFields>) {
  const {
    topic: topics,
    website,
    again,
    do: pressed,
    remove,
    use,
    change,
    banner,
    sure,
    ...others
  } = withDaysOfPace(fields)
  const { any, must, never, author, category, votes, library: _, ...typed } = others
  return {
    typed: { ...typed, topics, parts: { any, must, never, author, category, votes } },
    /** Which button was pressed, other than Subscribe. */
    addsTopic: pressed === 'add',
    removeIndex: /^\d{1,4}$/.test(remove) ? Number(remove) : null,
    replacement: replacementOf(use),
    again: again !== '',
    keepsTopics: change === '1',
    isFromBanner: banner !== '',
    /** The page of a paper offers its topics only. */
    needsTopic: banner === 'paper',
    isSure: sure !== '' && sure === typed.email,
    isBot: website !== '',
  }
}

/** Every text in a form that is parsed as a query. */
export const queriesIn = ({ typed: { topics, parts }, replacement }: SubscribeForm): string[] =>
  [...topics, ...Object.values(parts), replacement?.query ?? ''].filter(Boolean)

function replacementOf(use: string): { place: number; query: string } | null {
  const [, place, query] = /^(\d{1,4}) (.+)$/s.exec(use) ?? []
  return place && query ? { place: Number(place), query } : null
}

/** The settings in the query string of a URL, as far as they can be read. */
export const settingsInQuery = z.object(settingsFields).catch({})

/** Settings as the form has them at this moment. */
export const settingsOfForm = z
  .object({ ...settingsFields, ...paceFields })
  .transform((fields) => withDaysOfPace(fields))
  .catch({})

/** The topics in the query string of a URL: /subscribe?topic=mamba&topic=author:Gu */
export const topicsInQuery = texts
  .transform((topics) => topics.filter((topic) => topic.trim() !== ''))
  .catch([])

/** A form with an address. */
export const emailFields = z.object({ email: formText.default('') })

/** The first text of a field in a query string; empty if there is none. */
export const firstText = z
  .union([z.string(), z.array(z.string()).transform(([first = '']) => first)])
  .catch('')

/** A text in a query string, if there is exactly one. */
export const optionalText = z.string().optional().catch(undefined)

/** A number that our pages wrote; `otherwise` for anything else. */
export const numberField = (otherwise = 0) =>
  z.coerce
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .catch(otherwise)

export const withToken = { params: z.object({ token: z.string() }) }

/** A form whose fields all have a default: any body is one. */
export const lenientForm = <T extends z.ZodRawShape>(shape: T) => {
  const form = z.object(shape)
  return form.catch(() => form.parse({}))
}

/** What can be read of a form that its schema refused; the other fields are as if they had not been sent. */
export function readableFields<T extends z.ZodObject>(form: T, body: unknown): z.output<T> {
  const sent = z.record(z.string(), z.unknown()).catch({}).parse(body)
  const read = Object.entries(form.shape).map(([name, field]) => {
    // Of a text that was sent twice, the first.
    const [first] = [sent[name]].flat()
    const found = [sent[name], first].map((value) => z.safeParse(field, value)).find(({ success }) => success)
    return [name, found ? found.data : z.parse(field, undefined)]
  })
  return Object.fromEntries(read) as z.output<T>
}

/**
 * A form as its schema reads it, or what can be read of it; for routes with `attachValidation`. Fastify does not
 * validate a text body if the route has a schema for each content type.
 */
export const formOf = <T extends z.ZodObject>(form: T, { validationError, body }: FastifyRequest) =>
  validationError || typeof body === 'string' ? readableFields(form, body) : (body as z.output<T>)

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

/** For pages behind a personal link: no cache may keep them, and no search engine may list them. */
export async function markPrivate(_request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.header('cache-control', 'no-store').header('x-robots-tag', 'noindex')
}
