import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Config } from '../../config/config.ts'
import type { Day } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { templatesIn } from '../../i18n/template-engine.ts'
import { fill, fillHtml, words } from '../../i18n/words.ts'
import { oneLine } from '../../mail/rendering/text.ts'
import type { Paper } from '../../papers/paper.ts'
import { paperPathOf } from '../../papers/paper-key.ts'
import { asSingleTopic } from '../../queries/language/edit-query.ts'
import { reasonSentence, reasonText } from '../../queries/reasons/reason-text.ts'
import { type PlainParts, plainParts } from '../../queries/reasons/shown-paper.ts'
import { type FeedPapers, feedPapers } from '../../search/feed-papers.ts'
import { forVisitor } from '../../search/for-visitor.ts'
import { logFault, toFault } from '../errors.ts'
import { cacheForOneMinute } from '../page-cache.ts'
import type { Site } from '../pages.ts'
import { firstText } from '../request.ts'
import { type FeedFormat, feedPath, searchPath, subscribePath } from './search-paths.ts'

/** The feeds of the newest papers, for a query or for all papers. */
export const feedRoutes: FastifyPluginAsyncZod<Site> = async (app, { deps }) => {
  for (const format of ['xml', 'json'] as const) {
    app.get(
      feedPath(format),
      { schema: { querystring: z.object({ q: firstText }) }, config: { cachedBy: ['q'], slots: 'search' } },
      async (request, reply) => {
        try {
          return await sendFeed(deps, request, reply, { query: request.query.q, format })
        } catch (error) {
          const fault = toFault(error)
          logFault(deps, reply, fault)
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
      : await forVisitor(deps, request, (deps) => feedPapers(deps, { query }))
  const { type, write } = FEED_FORMATS[format]
  // The page that shows these papers.
  const page = `${deps.config.BASE_URL}${query === undefined ? '/' : searchPath({ query, order: 'newest' })}`
  const body = write(feedOf(papers, { format, query, config: deps.config }), page)
  if (papers.changedAt) reply.header('last-modified', papers.changedAt.toUTCString())
  return (papers.isReading ? reply : cacheForOneMinute(reply)).type(type).send(body)
}

const templates = templatesIn('feeds')

type Feed = ReturnType<typeof feedOf>

const FEED_FORMATS: Record<FeedFormat, { type: string; write: (feed: Feed, page: string) => string }> = {
  xml: {
    type: 'application/atom+xml; charset=utf-8',
    write: (feed, page) => templates.render('./atom', { feed, page, updated: updatedOn(feed) }),
  },
  json: { type: 'application/feed+json; charset=utf-8', write: (feed) => JSON.stringify(jsonFeed(feed)) },
}

interface FeedRequest {
  format: FeedFormat
  query: string | undefined
  config: Config
}

/** Some papers have thousands of authors. */
const MAX_AUTHORS = 20
/** The date of a feed without papers. */
const BEGINNING = '2026-01-01T00:00:00.000Z'

const updatedOn = ({ items }: Feed): string =>
  [BEGINNING, ...items.map(({ date_modified }) => date_modified)].sort().at(-1)!

/** JSON Feed 1.1. */
const jsonFeed = ({ items, ...feed }: Feed) => ({
  ...feed,
  items: items.map(({ isClose, categories, ...item }) => ({
    ...item,
    tags: isClose ? [words.feed.close.tag, ...categories] : categories,
  })),
})

/** In the terms of JSON Feed, which the template for Atom reads too. */
function feedOf({ found, understood, withRevised }: FeedPapers, { query, format, config }: FeedRequest) {
  const at = (path: string) => `${config.BASE_URL}${path}`
  return {
    version: 'https://jsonfeed.org/version/1.1',
    title: fill(words.feed.title, { site: config.SITE_NAME, what: oneLine(query ?? words.feed.newest) }),
    description: understood ?? words.feed.all,
    home_page_url: at(query === undefined ? '/' : subscribePath([asSingleTopic(query) ?? query])),
    feed_url: at(feedPath(format, query)),
    language: words.language,
    items: found.map((one) => feedItem(one, { baseUrl: config.BASE_URL, withRevised })),
  }
}

/** A paper in a feed: text on one line, without characters that feed readers reject. */
function feedItem(
  found: FeedPapers['found'][number],
  { baseUrl, withRevised }: { baseUrl: string; withRevised: boolean },
) {
  const { paper } = found
  const { title, abstract, authors, sentence, isSummary } = linesOf(plainParts(paper))
  const { reasonHtml, summaryHtml, abstractHtml, close } = words.feed
  const closeReason = 'shown' in found ? oneLine(reasonText(found.shown)) : null
  const reason = closeReason ?? ('reason' in found && found.reason && reasonSentence(found.reason))
  return {
    /** A tag URI (RFC 4151). It never changes, even if the paper gets other names. */
    id: `tag:${new URL(baseUrl).hostname},2026:paper/${paper.id}`,
    url: `${baseUrl}${paperPathOf(paper)}`,
    title: closeReason === null ? title : fill(close.title, { title }),
    content_html: [
      reason ? fillHtml(reasonHtml, { reason: oneLine(reason) }) : '',
      isSummary ? fillHtml(summaryHtml, { summary: sentence, label: words.paper.summary }) : '',
      fillHtml(abstractHtml, { abstract }),
    ].join(''),
    summary: closeReason === null ? sentence : fill(close.summary, { reason: closeReason, sentence }),
    /** The dates of its first listing and of the listing that counts. */
    date_published: instantOf(paper, paper.firstDay),
    date_modified: instantOf(paper, listedOn(paper, withRevised)),
    authors: firstOf(authors).map((name) => ({ name })),
    categories: paper.categories,
    isClose: closeReason !== null,
  }
}

const listedOn = ({ firstDay, revisedDay }: Paper, withRevised: boolean) =>
  withRevised && revisedDay !== null && revisedDay > firstDay ? revisedDay : firstDay

const SECONDS_OF_HOUR = 3600

/**
 * A second of the first hour of a day, by the paper's number: sources state only a day, readers sort entries with the
 * same time in any order, and some hide those of the future.
 */
const instantOf = ({ id }: Paper, day: Day): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + (id % SECONDS_OF_HOUR) * 1000).toISOString()

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
