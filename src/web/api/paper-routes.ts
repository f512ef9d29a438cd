import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { readFields } from '../../core/errors.ts'
import { idNumber, readCursor, writeCursor } from '../../operator/operations/cursor.ts'
import { count, day, instant, listOf, page, query } from '../../operator/operations/fields.ts'
import { sourceQuery, sourceStatus, sources } from '../../operator/source-status.ts'
import { paperNameOf, paperPathOf } from '../../papers/paper-key.ts'
import { plainText } from '../../papers/text/plain-text.ts'
import { describeQuery } from '../../queries/language/describe-query.ts'
import { parseQuery } from '../../queries/language/parse-query.ts'
import { reasonSentence } from '../../queries/reasons/shown-paper.ts'
import { loadPaperByName } from '../../search/load-day-page.ts'
import type { FoundPaper } from '../../search/loaded-papers.ts'
import { searchPapers } from '../../search/search-papers.ts'
import { withSearchSlot } from '../../search/search-slot.ts'
import type { Spend } from '../../search/yield-to-event-loop.ts'
import { cacheForOneMinute } from '../conditional-response.ts'
import type { Site } from '../pages.ts'
import { faults, publicOperation } from './faults.ts'

type PaperJson = z.output<typeof paper>

/** Papers by day, by query and by name. */
export const paperRoutes: FastifyPluginAsyncZod<Site> = async (api, { deps }) => {
  const { BASE_URL } = deps.config
  const listed = {
    ...publicOperation(
      'papers',
      'listPapers',
      'Papers of a day, papers that match a query, or all papers, newest first',
    ),
    querystring: paperQuery,
    response: { 200: papers, ...faults(422, 429) },
  }
  api.get('/api/papers', { schema: listed }, async (request, reply) => {
    const { date, q, limit, cursor } = request.query
    const list = { name: 'papers', filters: { date, q }, values: z.tuple([day, idNumber]) }
    const [firstDay, id] = cursor ? readCursor(list, cursor) : []
    const after = firstDay && id ? { firstDay, id } : undefined
    const search = async (spend?: Spend) => ({
      understood: q === undefined ? null : understoodAs(q),
      ...(await searchPapers(deps, { query: q, day: date, after, limit, spend })),
    })
    const { found, next, understood } =
      q === undefined ? await search() : await withSearchSlot(deps, request, [q], search)
    return cacheForOneMinute(reply).send({
      items: found.map((one) => jsonOfFoundPaper(BASE_URL, one)),
      next: next && writeCursor(list, [next.firstDay, next.id]),
      understood,
    })
  })

  const shown = {
    ...publicOperation('papers', 'showPaper', 'One paper, by its name in paths'),
    params: paperParams,
    response: { 200: paper, ...faults(404) },
  }
  api.get('/api/papers/:id', { schema: shown }, async ({ params }, reply) => {
    const found = await loadPaperByName(deps, { name: params.id })
    return cacheForOneMinute(reply).send(jsonOfFoundPaper(BASE_URL, { paper: found, reason: null }))
  })
}

/** Throws FieldFaults: q. */
const understoodAs = (q: string): string =>
  readFields((fields) => fields.read('q', '', () => describeQuery(parseQuery(q))))

function jsonOfFoundPaper(baseUrl: string, { paper, reason }: FoundPaper): PaperJson {
  const { title, abstract, authors, firstDay, votes, comments, categories, keywords, organization } = paper
  return {
    id: paperNameOf(paper),
    title: plainText(title),
    summary: plainText(abstract),
    authors: authors.map(plainText),
    day: firstDay,
    ...{ votes, comments, categories, keywords, organization },
    published: paper.publishedAt,
    reason: reason && reasonSentence(reason),
    links: {
      self: `${baseUrl}/api/papers/${encodeURIComponent(paperNameOf(paper))}`,
      page: `${baseUrl}${paperPathOf(paper)}`,
      code: paper.codeUrl,
      project: paper.projectUrl,
    },
  }
}

/** The state of each source on each day. */
export const sourceRoutes: FastifyPluginAsyncZod<Site> = async (api, { deps }) => {
  const schema = {
    ...publicOperation('papers', 'listSourceDays', 'Where papers come from, and the state of each day'),
    querystring: sourceQuery,
    response: { 200: sources, ...faults(422) },
  }
  api.get('/api/source-days', { schema }, async ({ query }, reply) =>
    cacheForOneMinute(reply).send({ items: await sourceStatus(deps, query) }),
  )
}

const paperQuery = z.strictObject({
  date: day.describe('Papers that a source listed on this day (UTC)').optional(),
  q: query.optional(),
  ...page,
})

const paperParams = z.strictObject({
  id: z
    .string()
    .min(1)
    .max(300)
    .describe('2507.06457, doi:10.1000/1 or id:17, percent-encoded where it holds a slash'),
})

const paper = z
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

const papers = listOf(paper).extend({
  understood: z.string().nullable().describe('What q was understood as'),
})
