import type { FastifyReply, FastifyRequest } from 'fastify'
import { validatorCompiler } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { WEEKDAYS } from '../core/dates.ts'
import { words } from '../i18n/words.ts'

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

/** What a form offers in its own way. */
export const choiceFields = {
  /** "daily", "weekdays" or "weekly" on `weekday`; otherwise `days` counts. */
  pace: formText.optional(),
  weekday: formText.optional(),
  /** "related": the form has a box for it, which sends nothing unless it is ticked. */
  boxes: formText.optional(),
}

interface Choices {
  pace?: string
  weekday?: string
  days?: string[]
  boxes?: string
  related?: string
}

/** Replaces `pace` by the days that it stands for, and an empty box by "false". */
export function withChoices<T extends Choices>({ pace, boxes, ...others }: T) {
  const days = daysOfPace(pace, others.weekday)
  const related = boxes === 'related' ? (others.related ?? 'false') : others.related
  return { ...others, ...(days && { days }), ...(related !== undefined && { related }) }
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

/** The settings in the query string of a URL, as far as they can be read. */
export const settingsInQuery = z.object(settingsFields).catch({})

/** The names of the parameters that `settingsInQuery` reads. */
export const SETTINGS_IN_QUERY: readonly string[] = Object.keys(settingsFields)

/** Settings as the form has them at this moment. */
export const settingsOfForm = z
  .object({ ...settingsFields, ...choiceFields })
  .transform((fields) => withChoices(fields))
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

/** The ids of boxes that were ticked: none, one or several fields of the same name. */
export const tickedIds = z
  .union([z.string(), z.array(z.string())])
  .default([])
  .transform((value) => [value].flat().map(Number))

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

/** For pages behind a personal link: no cache may keep them, and no search engine may list them. */
export async function markPrivate(_request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.header('cache-control', 'no-store').header('x-robots-tag', 'noindex')
}
