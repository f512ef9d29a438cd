import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Config } from '../../config/config.ts'
import type { Deps } from '../../core/deps.ts'
import { fill, words } from '../../i18n/words.ts'
import { oneLine } from '../../mail/rendering/text.ts'
import type { Paper } from '../../papers/paper.ts'
import { asSingleTopic } from '../../queries/language/edit-query.ts'
import { reasonSentence, reasonText } from '../../queries/reasons/reason-text.ts'
import { type FeedPapers, feedPapers } from '../../search/feed-papers.ts'
import { forVisitor } from '../../search/for-visitor.ts'
import { logFault, toFault } from '../errors.ts'
import { cacheForOneMinute } from '../page-cache.ts'
import type { Site } from '../pages.ts'
import { firstText } from '../request.ts'
import { type FeedFormat, feedPath, searchPath, subscribePath } from './search-paths.ts'
import { FEED_TYPES, type Feed, type FeedItem, instantIn, itemOfPaper, writeFeed } from './write-feed.ts'

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
  // The page that shows these papers.
  const page = `${deps.config.BASE_URL}${query === undefined ? '/' : searchPath({ query, order: 'newest' })}`
  const body = writeFeed(format, feedOf(papers, { format, query, config: deps.config }), page)
  if (papers.changedAt) reply.header('last-modified', papers.changedAt.toUTCString())
  return (papers.isReading ? reply : cacheForOneMinute(reply)).type(FEED_TYPES[format]).send(body)
}

interface FeedRequest {
  format: FeedFormat
  query: string | undefined
  config: Config
}

function feedOf(
  { found, understood, withRevised }: FeedPapers,
  { query, format, config }: FeedRequest,
): Feed {
  const at = (path: string) => `${config.BASE_URL}${path}`
  return {
    title: fill(words.feed.title, { site: config.SITE_NAME, what: oneLine(query ?? words.feed.newest) }),
    description: understood ?? words.feed.all,
    home_page_url: at(query === undefined ? '/' : subscribePath([asSingleTopic(query) ?? query])),
    feed_url: at(feedPath(format, query)),
    items: found.map((one) => feedItem(one, { baseUrl: config.BASE_URL, withRevised })),
  }
}

/** Dated by its first listing and by the listing that counts. */
function feedItem(
  found: FeedPapers['found'][number],
  { baseUrl, withRevised }: { baseUrl: string; withRevised: boolean },
): FeedItem {
  const { paper } = found
  const isClose = 'shown' in found
  const reason = isClose
    ? reasonText(found.shown)
    : 'reason' in found && found.reason
      ? reasonSentence(found.reason)
      : ''
  const dates = {
    published: instantIn(paper.firstDay, paper.id),
    modified: instantIn(listedOn(paper, withRevised), paper.id),
  }
  return itemOfPaper(paper, { baseUrl, reason, isClose, dates })
}

const listedOn = ({ firstDay, revisedDay }: Paper, withRevised: boolean) =>
  withRevised && revisedDay !== null && revisedDay > firstDay ? revisedDay : firstDay
