import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { Deps } from '../../core/deps.ts'
import { words } from '../../i18n/words.ts'
import type { Subscriber } from '../../subscribers/subscriber.ts'
import { logFault, toFault } from '../../web/errors.ts'
import { isKnownTo } from '../../web/page-cache.ts'
import type { Site } from '../../web/pages.ts'
import { withToken } from '../../web/request.ts'
import type { FeedFormat } from '../../web/site/search-paths.ts'
import { FEED_TYPES, type FeedItem, writeFeed } from '../../web/site/write-feed.ts'
import { digestItems } from './digest-items.ts'
import { keptItems } from './kept-items.ts'
import { openAddress } from './private-addresses.ts'

interface PrivateFeed {
  purpose: 'feed' | 'kept-feed'
  folder: string
  words: { title: string; description: string }
  items(deps: Deps, subscriber: Subscriber): Promise<FeedItem[]>
}

const FEEDS: PrivateFeed[] = [
  { purpose: 'feed', folder: 'feed', words: words.kept.digestFeed, items: digestItems },
  { purpose: 'kept-feed', folder: 'kept', words: words.kept.keptFeed, items: keptItems },
]

/** The feeds of a subscriber's digests and of kept papers. They can only be read. */
export const privateFeedRoutes: FastifyPluginAsyncZod<Site> = async (app, { deps }) => {
  for (const feed of FEEDS)
    for (const format of ['xml', 'json'] as const)
      app.get(
        `/${feed.folder}/:token.${format}`,
        { schema: withToken, config: { slots: 'search' } },
        async (request, reply) => {
          // A feed reader may keep it for its owner, and asks each time whether it has changed.
          reply.header('cache-control', 'private, no-cache').header('x-robots-tag', 'noindex')
          try {
            return await sendFeed(deps, request as TokenRequest, reply, { feed, format })
          } catch (error) {
            const fault = toFault(error)
            logFault(deps, reply, fault)
            return reply.code(fault.status).type('text/plain; charset=utf-8').send(`${fault.sentence}\n`)
          }
        },
      )
}

type TokenRequest = FastifyRequest<{ Params: { token: string } }>

async function sendFeed(
  deps: Deps,
  request: TokenRequest,
  reply: FastifyReply,
  { feed, format }: { feed: PrivateFeed; format: FeedFormat },
): Promise<FastifyReply> {
  const { token } = request.params
  const { BASE_URL, SITE_NAME } = deps.config
  const subscriber = await openAddress(deps, token, feed.purpose)
  const body = writeFeed(
    format,
    {
      title: `${SITE_NAME}: ${feed.words.title}`,
      description: feed.words.description,
      home_page_url: `${BASE_URL}/`,
      feed_url: `${BASE_URL}/${feed.folder}/${token}.${format}`,
      items: await feed.items(deps, subscriber),
    },
    `${BASE_URL}/`,
  )
  reply.header('etag', `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`)
  if (isKnownTo(request, reply)) return reply.code(304).send()
  return reply.type(FEED_TYPES[format]).send(body)
}
