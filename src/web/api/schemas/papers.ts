import { z } from 'zod'
import { count, day, instant, listOf, page, query, wholeNumber } from './common.ts'

export const paperQuery = z.strictObject({
  date: day.describe('Papers that a source listed on this day (UTC)').optional(),
  q: query.optional(),
  ...page,
})

export const paperParams = z.strictObject({
  id: z
    .string()
    .min(1)
    .max(300)
    .describe('2507.06457, doi:10.1000/1 or id:17, percent-encoded where it holds a slash'),
})

export const paper = z
  .object({
    id: z.string().describe('As in paths: 2507.06457, else doi:…, else id:…'),
    title: z.string(),
    summary: z.string(),
    authors: z.array(z.string()),
    day: day.describe('When a source first listed it (UTC)'),
    votes: count.nullable().describe('The highest of any source; null if none gives votes'),
    comments: count.nullable(),
    categories: z.array(z.string()).describe('Of arXiv, primary first'),
    keywords: z.array(z.string()),
    organization: z.string().nullable(),
    published: instant.nullable(),
    reason: z.string().nullable().describe('Why it matches q'),
    links: z.object({
      self: z.string(),
      page: z.string(),
      code: z.string().nullable(),
      project: z.string().nullable(),
    }),
  })
  .meta({ id: 'Paper' })

export const papers = listOf(paper).extend({
  understood: z.string().nullable().describe('What q was understood as'),
})

export const sourceQuery = z.strictObject({
  days: wholeNumber(90, 7).describe('How many days up to today (UTC)'),
})

const state = z.enum(['waiting', 'fresh', 'quiet', 'stalled', 'failed'])
const reason = z.enum(['weekend', 'holiday', 'none', 'repeated', 'made-up']).nullable()

const sourceDay = z.object({
  day,
  state,
  reason: reason.describe('The reason for the state; null if none is needed'),
  papers: count,
  revised: count.describe('Papers listed only as newer versions; not in `papers`'),
  late: count.describe('Those of `papers` that arrived after the day was closed'),
  fetches: count.describe('Successful fetches'),
  requests: count.describe('Requests of all fetches'),
  failures: count.describe('Failed attempts since the last success'),
  lastStatus: z.int().nullable(),
  lastFault: z.string().nullable(),
  rejected: z
    .array(z.string())
    .describe('Papers that the database rejected, by identifier or title: the first hundred'),
  fetchedAt: instant.nullable(),
  cameAt: instant.nullable().describe('When its first papers arrived; null if unknown'),
  nextTry: instant
    .nullable()
    .describe('Null once it is not fetched any more; for a closed day, the next fetch of votes'),
  closedAt: instant.nullable(),
})

export const sources = z.object({
  items: z.array(
    z
      .object({
        source: z.string(),
        state: state.describe('Of today (UTC)'),
        reason: reason.describe('Of today (UTC)'),
        newestFetch: instant.nullable(),
        nextTry: instant.nullable(),
        days: z.array(sourceDay).describe('Newest first'),
      })
      .meta({ id: 'Source' }),
  ),
})
