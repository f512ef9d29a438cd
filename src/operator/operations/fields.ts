import { z } from 'zod'
import { WEEKDAYS } from '../../core/dates.ts'
import { MAX_QUERY_BYTES, MAX_TEXT_BYTES } from '../../queries/language/parse-query.ts'
import { DETAILS, FORMATS, MAX_PAPERS } from '../../subscribers/subscriber.ts'

// Fields of operations and of requests. Each message says what the field takes, and continues after "takes" or "use".

const MAX_TEXT_LENGTH = 2_000

/** One line of text, without characters that the database rejects. */
export const line = z
  .string({ error: 'a text on one line' })
  .max(MAX_TEXT_LENGTH, `a text of up to ${MAX_TEXT_LENGTH} characters`)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'a text on one line')

export const query = z
  .string({ error: 'a query as text, such as robots AND dogs' })
  .min(1, 'a query as text, such as robots AND dogs')
  .describe(
    `In the query language, up to ${MAX_QUERY_BYTES.toLocaleString('en')} bytes, such as "linear attention" OR author:Gu; or a text such as an abstract, up to ${MAX_TEXT_BYTES.toLocaleString('en')} bytes`,
  )

export const email = z.string({ error: 'one email address' }).describe('One email address')

export const day = z.iso
  .date({ error: 'a day such as 2026-11-24' })
  // Responses compute other days from it, and the database has no year 0.
  .refine((text) => !text.startsWith('0'), 'a day such as 2026-11-24')
  .describe('YYYY-MM-DD')

const between = (min: number, max: number) => {
  const error = `a whole number from ${min} to ${max}`
  return z.int({ error }).min(min, error).max(max, error)
}

/** From 1 to `max`, also as text: in a query string, or on the command line. */
export const wholeNumber = (max: number) => {
  const error = `a whole number from 1 to ${max}`
  return z.coerce.number({ error }).int(error).min(1, error).max(max, error)
}

const MAX_CURSOR_LENGTH = 400

/** The size of a page of a list, and the cursor at which it continues. */
export const page = {
  limit: wholeNumber(100).default(20).describe('The maximum number of items in a response'),
  cursor: z
    .string({ error: 'the text in next of the previous response' })
    .max(MAX_CURSOR_LENGTH, 'the text in next of the previous response')
    .describe('next of the previous response, with the same filters')
    .optional(),
}

export const id = z
  .string()
  .regex(/^[\w-]{1,40}$/)
  .describe('As in id of the list')
export const idParams = z.strictObject({ id })

export const dryRun = z
  .boolean({ error: 'true or false' })
  .default(false)
  .describe('Run every check but change nothing')

/** `dryRun` in a query string, for operations without a body. */
export const dryRunInQuery = z.strictObject({
  dryRun: z.enum(['true', 'false'], { error: 'true or false' }).default('false'),
})

const weekdayList = { error: `a list of ${WEEKDAYS.join(', ')}` }

/** Settings of a subscriber. A missing field keeps its value, or gets the site's default in a new subscription. */
export const settings = {
  hour: between(0, 23).describe('Local hour of the digest').optional(),
  zone: line.describe('A time zone such as Europe/Paris').optional(),
  days: z
    .array(z.enum(WEEKDAYS, weekdayList), weekdayList)
    .min(1, weekdayList)
    .max(WEEKDAYS.length, 'each day once')
    .optional(),
  max: between(1, MAX_PAPERS).describe('Maximum papers per email').optional(),
  format: z.enum(FORMATS, { error: FORMATS.join(' or ') }).optional(),
  detail: z
    .enum(DETAILS, { error: DETAILS.join(' or ') })
    .describe('How much of each paper an email shows')
    .optional(),
  related: z
    .boolean()
    .describe('Emails also show up to three papers that come close to a topic; on by default')
    .optional(),
}

/** An instant in a response: a Date, which JSON writes as ISO 8601. */
export const instant = z.date().meta({ type: 'string', format: 'date-time' })
export const count = z.int().min(0)

/** A count for each name. */
export const countsOf = <N extends string>(names: readonly N[]) =>
  Object.fromEntries(names.map((name) => [name, count])) as Record<N, typeof count>

export const listOf = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    next: z
      .string()
      .nullable()
      .describe(
        'The cursor of the next request; null at the end. A page can have fewer items and still not be the last',
      ),
  })
