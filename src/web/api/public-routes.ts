import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { subscribe } from '../../account/signup/subscribe.ts'
import type { Deps } from '../../core/deps.ts'
import { readFields } from '../../core/errors.ts'
import { words } from '../../i18n/words.ts'
import { idNumber, readCursor, writeCursor } from '../../operator/operations/cursor.ts'
import { count, day, instant, listOf, page, query, wholeNumber } from '../../operator/operations/fields.ts'
import { sourceQuery, sourceStatus, sources } from '../../operator/source-status.ts'
import { paperNameOf, paperPathOf } from '../../papers/paper-key.ts'
import { plainTextsOf } from '../../papers/plain-paper.ts'
import { describeQuery } from '../../queries/language/describe-query.ts'
import { parseQuery } from '../../queries/language/parse-query.ts'
import { reasonSentence } from '../../queries/reasons/reason-text.ts'
import { forVisitor } from '../../search/for-visitor.ts'
import { loadPaperByName } from '../../search/load-paper-list.ts'
import type { FoundPaper } from '../../search/loaded-papers.ts'
import { MAX_DAYS } from '../../search/open-archive.ts'
import { searchPapers } from '../../search/search-papers.ts'
import { publicSourceName } from '../../sources/registry.ts'
import { MAX_TOPICS } from '../../subscribers/subscriber.ts'
import { cacheForOneMinute } from '../page-cache.ts'
import type { Site } from '../pages.ts'
import { validatedByZod } from '../request.ts'
import { previewJson } from '../signup/preview-routes.ts'
import {
  readSignupForm,
  sentSubscription,
  subscribeFields,
  subscribeFormOf,
  subscriptionFields,
} from '../signup/subscribe-form.ts'
import { BODY_FAULTS, faults, publicOperation } from './faults.ts'

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
  api.get('/api/papers', { schema: listed, config: { slots: 'search' } }, async (request, reply) => {
    const { date, q, limit, cursor } = request.query
    const list = { name: 'papers', filters: { date, q }, values: z.tuple([day, idNumber]) }
    const [firstDay, id] = cursor ? readCursor(list, cursor) : []
    const after = firstDay && id ? { firstDay, id } : undefined
    const search = async (deps: Deps) => ({
      understood: q === undefined ? null : understoodAs(q),
      ...(await searchPapers(deps, { query: q, day: date, after, limit })),
    })
    const { found, next, understood } =
      q === undefined ? await search(deps) : await forVisitor(deps, request, search)
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

function jsonOfFoundPaper(baseUrl: string, { paper, reason }: FoundPaper) {
  const { firstDay, votes, comments, categories, keywords, organization } = paper
  const { title, abstract, authors } = plainTextsOf(paper)
  return {
    id: paperNameOf(paper),
    title,
    summary: abstract,
    authors,
    day: firstDay,
    votes,
    comments,
    categories,
    keywords,
    organization,
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
  api.get('/api/source-days', { schema }, async ({ query }, reply) => {
    const items = await sourceStatus(deps, query)
    return cacheForOneMinute(reply).send({
      items: items.map((one) => ({ ...one, source: publicSourceName(one.source) })),
    })
  })
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

/** What a query would have matched. The form's own POST /preview has the same request and response. */
export const previewRoute: FastifyPluginAsyncZod<Site> = async (api, site) => {
  const schema = {
    ...publicOperation(
      'papers',
      'previewQuery',
      'What a query would have matched recently, and how to improve it',
    ),
    body: previewBody,
    response: { 200: preview, ...faults(408, 429, ...BODY_FAULTS) },
  }
  api.post('/api/preview', { schema, config: { slots: 'search' } }, async (request) =>
    previewJson(site, request, request.body),
  )
}

const previewBody = z.strictObject({
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

const preview = z
  .object({
    query: z.string(),
    understood: z.string().describe('What the query was understood as'),
    from: day,
    to: day,
    days: count,
    total: count.describe('Papers of these days that it matches'),
    relatedTotal: count
      .nullable()
      .describe(
        'Papers of these days that come close, up to three a day, as in an email; null if not counted',
      ),
    perDay: z
      .array(z.object({ day, papers: count, related: count.nullable() }))
      .describe('Every day, oldest first'),
    latest: z.array(shownPaper).describe('Newest day first, then most votes'),
    related: z.array(shownPaper).describe('The first of those that come close, the closest first'),
    offers: z
      .array(z.object({ query: z.string(), papers: count }))
      .describe('Up to three queries that match more papers of these days, the most likely first'),
    instead: z.array(shownPaper).describe('If nothing matched: the best papers of the first offer'),
    nothing: z
      .object({
        absent: z.array(z.string()).describe('Parts of the query that no paper contains, in words'),
        without: z
          .object({ part: z.string(), papers: count, isUnwanted: z.boolean() })
          .nullable()
          .describe('Without this part, the most papers would match'),
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
  })
  .meta({ id: 'Preview' })

const accepted = z.object({ message: z.string() })

/** The subscribe form as JSON. The response is the same for every address; only the email differs. */
export const subscriptionRoute: FastifyPluginAsyncZod<Site> = async (api, { deps }) => {
  const schema = {
    ...publicOperation('subscriptions', 'subscribe', 'Sign up for digests; a confirmation email follows'),
    body: subscriptionFields,
    response: { 202: accepted, ...faults(403, 408, 429, ...BODY_FAULTS) },
  }
  // An address that is missing or empty gets the same fault as in the form.
  const validatorCompiler = ({ method, url }: { method: string; url: string }) =>
    validatedByZod({ method, url, schema: sentSubscription })
  const options = { schema, validatorCompiler, config: { slots: 'search' } } as const
  api.post('/api/subscriptions', options, async (request, reply) => {
    const { body, ip } = request
    const form = subscribeFormOf(subscribeFields.parse(body))
    const { again, keepsTopics, isBot } = form
    const signup = await readSignupForm(deps, request, form)
    if (!isBot) {
      await subscribe(deps, { ...signup, how: 'api', ip, again, keepsTopics })
    }
    return reply.code(202).send({ message: words.subscribe.accepted })
  })
}
