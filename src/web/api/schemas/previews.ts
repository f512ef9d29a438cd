import { z } from 'zod'
import { count, day, query, wholeNumber } from '../../../operator/operations/fields.ts'
import { MAX_DAYS } from '../../../search/open-archive.ts'
import { MAX_TOPICS } from '../../../subscribers/subscriber.ts'

export const previewBody = z.strictObject({
  query,
  days: wholeNumber(MAX_DAYS).default(MAX_DAYS).describe('How many days up to today (UTC)'),
  others: z
    .array(query, { error: 'a list of queries' })
    .max(MAX_TOPICS, `up to ${MAX_TOPICS} queries`)
    .default([])
    .describe('Other topics of the same person: `overlap` says how much they bring too'),
})

const share = z
  .number()
  .min(0)
  .max(1)
  .nullable()
  .describe('Share of all papers of these days; null if newer versions count')

const shownPaper = z.object({
  id: z.string().describe('As in paths: 2507.06457'),
  title: z.string(),
  day,
  votes: count.nullable(),
  reason: z.string().nullable().describe('Why it matches, or what it has and what is missing'),
})

export const preview = z
  .object({
    query: z.string(),
    understood: z.string().describe('What the query was understood as'),
    from: day,
    to: day,
    days: count,
    total: count.describe('Papers of these days that it matches'),
    perDay: z.array(z.object({ day, papers: count })).describe('Every day, oldest first'),
    latest: z.array(shownPaper).describe('Newest day first, then most votes'),
    nothing: z
      .object({
        absent: z.array(z.string()).describe('Parts of the query that no paper contains, in words'),
        without: z
          .object({ part: z.string(), papers: count, isUnwanted: z.boolean() })
          .nullable()
          .describe('Without this part, the most papers would match'),
        nearest: z.array(shownPaper),
      })
      .nullable()
      .describe('Why nothing matched; null if something did'),
    papers: count.describe('All papers of these days'),
    openDays: count.describe('How many of the days have papers'),
    share,
    absent: z
      .array(z.string())
      .describe('Key words of the query, as typed, that no paper of these days contains'),
    terms: z
      .array(
        z.object({
          term: z.string().describe('As typed'),
          isUnwanted: z
            .boolean()
            .describe('The term is under a NOT; `papers` counts the papers that it excludes'),
          papers: count,
          share,
        }),
      )
      .describe('How many papers contain each term'),
    overlap: z
      .array(z.object({ topic: z.string(), papers: count }))
      .describe('How many of the papers found other topics match too, the most first'),
    width: z
      .enum(['narrow', 'fits', 'wide'])
      .describe('Less than one a week; or more for each weekday with papers than an email contains'),
    hints: z
      .array(
        z.object({
          way: z.enum(['author', 'without', 'allowed', 'apart', 'anywhere', 'votes', 'also']),
          part: z.string().describe('What of the query it is about, or what is added, in words'),
          term: z.string().describe('The same as it is typed'),
          papers: count.describe('How many the changed query finds in the same days'),
          query: z.string().nullable().describe('The changed query'),
        }),
      )
      .describe('Changes that would bring more where it is narrow, fewer where it is wide'),
  })
  .meta({ id: 'Preview' })
