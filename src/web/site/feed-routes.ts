import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Deps } from '../../core/deps.ts'
import { templatesIn } from '../../i18n/template-engine.ts'
import { fill, fillHtml, words } from '../../i18n/words.ts'
import { oneLine } from '../../mail/rendering/text.ts'
import type { Paper } from '../../papers/paper.ts'
import { paperPathOf } from '../../papers/paper-key.ts'
import { asSingleTopic } from '../../queries/language/edit-query.ts'
import { type PlainParts, plainParts, reasonSentence } from '../../queries/reasons/shown-paper.ts'
import type { FoundPaper } from '../../search/loaded-papers.ts'
import { type FeedPapers, feedPapers } from '../../search/search-papers.ts'
import { withSearchSlot } from '../../search/search-slot.ts'
import { cacheForOneMinute, sendIfChanged } from '../conditional-response.ts'
import { logFault, toFault } from '../errors.ts'
import type { Site } from '../pages.ts'
import { firstText } from '../request.ts'
import { type FeedFormat, feedPath, searchPath, subscribePath } from './search-paths.ts'

/** The feeds of the newest papers, for a query or for all papers. */
export const feedRoutes: FastifyPluginAsyncZod<Site> = async (app, { deps }) => {
  for (const format of ['xml', 'json'] as const) {
    app.get(
      feedPath(format),
      { schema: { querystring: z.object({ q: firstText }) } },
      async (request, reply) => {
        try {
          return await sendFeed(deps, request, reply, { query: request.query.q, format })
        } catch (error) {
          const fault = toFault(error)
          logFault(deps, request, reply, fault)
          return reply.code(fault.status).type('text/plain; charset=utf-8').send(`${fault.sentence}\n`)
        }
      },
    )
  }
}

async function sendFeed(
  deps: Deps,
  request: FastifyRequest,
  reply: FastifyReply,
  { query: typed, format }: { query: string; format: FeedFormat },
): Promise<FastifyReply> {
  const query = typed.trim() === '' ? undefined : typed
  const papers =
    query === undefined
      ? await feedPapers(deps, {})
      : await withSearchSlot(deps, request, [query], (spend) => feedPapers(deps, { query, spend }))
  const { SITE_NAME, BASE_URL } = deps.config
  const { type, write } = FEED_FORMATS[format]
  const body = write(feedView(papers, { format, query, site: { name: SITE_NAME, baseUrl: BASE_URL } }))
  return sendIfChanged(request, cacheForOneMinute(reply).type(type), { body, changedAt: papers.changedAt })
}

const templates = templatesIn('feeds')

const FEED_FORMATS: Record<FeedFormat, { type: string; write: (view: FeedView) => string }> = {
  xml: { type: 'application/atom+xml; charset=utf-8', write: (view) => templates.render('./atom', view) },
  json: { type: 'application/feed+json; charset=utf-8', write: (view) => JSON.stringify(jsonFeed(view)) },
}

/** JSON Feed 1.1. */
const jsonFeed = ({ title, subtitle, home, self, language, entries }: FeedView): object => ({
  version: 'https://jsonfeed.org/version/1.1',
  title,
  description: subtitle,
  home_page_url: home,
  feed_url: self,
  language,
  items: entries.map((entry) => ({
    id: entry.id,
    url: entry.url,
    title: entry.title,
    content_html: entry.contentHtml,
    summary: entry.summary,
    date_published: entry.published,
    date_modified: entry.updated,
    authors: entry.authors.map((name) => ({ name })),
    tags: entry.categories,
  })),
})

/** A paper in a feed: text on one line, without characters that feed readers reject. */
interface FeedEntry {
  /** A tag URI (RFC 4151). It never changes, even if the paper gets other names. */
  id: string
  url: string
  title: string
  authors: string[]
  categories: string[]
  /** One or two sentences. */
  summary: string
  /** The reason if there is a query, the source's summary if it has one, and the abstract. */
  contentHtml: string
  /** The dates of its first listing and of the listing that counts, in ISO 8601. */
  published: string
  updated: string
}

interface FeedView {
  language: string
  title: string
  subtitle: string
  self: string
  home: string
  /** The same papers as a page. */
  page: string
  /** ISO 8601. */
  updated: string
  entries: FeedEntry[]
}

interface FeedRequest {
  format: FeedFormat
  query: string | undefined
  site: { name: string; baseUrl: string }
}

/** Some papers have thousands of authors. */
const MAX_AUTHORS = 20
/** The date of a feed without papers. */
const BEGINNING = '2026-01-01T00:00:00.000Z'

function feedView({ found, understood, withRevised }: FeedPapers, asked: FeedRequest): FeedView {
  const { query, format, site } = asked
  const entries = found.map((one) => entryOf(one, { baseUrl: site.baseUrl, withRevised }))
  const at = (path: string) => `${site.baseUrl}${path}`
  return {
    language: words.language,
    title: fill(words.feed.title, { site: site.name, what: oneLine(query ?? words.feed.newest) }),
    subtitle: understood ?? words.feed.all,
    self: at(feedPath(format, query)),
    home: at(query === undefined ? '/' : subscribePath([asSingleTopic(query) ?? query])),
    page: at(query === undefined ? '/' : searchPath({ query, order: 'newest' })),
    updated: [BEGINNING, ...entries.map(({ updated }) => updated)].sort().at(-1)!,
    entries,
  }
}

interface Of {
  baseUrl: string
  withRevised: boolean
}

function entryOf({ paper, reason, text }: FoundPaper, { baseUrl, withRevised }: Of): FeedEntry {
  const { title, abstract, authors, sentence, isSummary } = linesOf(plainParts(paper, text))
  const { reasonHtml, summaryHtml, abstractHtml } = words.feed
  return {
    id: `tag:${new URL(baseUrl).hostname},2026:paper/${paper.id}`,
    url: `${baseUrl}${paperPathOf(paper)}`,
    title,
    authors: firstOf(authors),
    categories: paper.categories,
    summary: sentence,
    contentHtml: [
      reason ? fillHtml(reasonHtml, { reason: oneLine(reasonSentence(reason)) }) : '',
      isSummary ? fillHtml(summaryHtml, { summary: sentence, label: words.paper.summary }) : '',
      fillHtml(abstractHtml, { abstract }),
    ].join(''),
    published: midnight(paper.firstDay),
    updated: midnight(listedOn(paper, withRevised)),
  }
}

const listedOn = ({ firstDay, revisedDay }: Paper, withRevised: boolean) =>
  withRevised && revisedDay !== null && revisedDay > firstDay ? revisedDay : firstDay

const midnight = (day: string): string => `${day}T00:00:00.000Z`

const linesOf = (parts: PlainParts): PlainParts => ({
  ...parts,
  title: oneLine(parts.title),
  abstract: oneLine(parts.abstract),
  sentence: oneLine(parts.sentence),
  authors: parts.authors.map(oneLine).filter(Boolean),
})

function firstOf(authors: string[]): string[] {
  const others = authors.length - MAX_AUTHORS
  if (others < 2) return authors
  return [...authors.slice(0, MAX_AUTHORS), fill(words.feed.moreAuthors, { count: others })]
}
