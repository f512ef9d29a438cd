import { z } from 'zod'
import { count, day, instant, listOf, page, query } from '../../../operator/operations/fields.ts'

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
