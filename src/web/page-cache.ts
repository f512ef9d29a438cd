import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { monotonicMs } from '../core/clock.ts'
import { dayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { LruCache } from '../core/lru-cache.ts'
import { memoizeByObject } from '../core/memoize.ts'
import { isFresh, papersState } from '../search/cached-until-change.ts'
import type { Edition } from '../search/edition.ts'
import { isKnownTo, tagOf } from './conditional-response.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The response is the same for everyone; a URL may have these parameters, each once. */
    cachedBy?: readonly string[]
  }
}

interface CachedPage {
  headers: ReturnType<FastifyReply['getHeaders']>
  body: Buffer
  at: number
}

const MAX_BYTES = 32 * 1024 * 1024
const MAX_URL_LENGTH = 500
/** Of the headers and the URL of a kept page. */
const MAX_HEAD_BYTES = 3000

const pagesOf = memoizeByObject(
  (_state: object) => new LruCache<string, CachedPage>(MAX_BYTES, ({ body }) => body.length + MAX_HEAD_BYTES),
)

/**
 * Gives the public responses of routes with `cachedBy` an ETag, and keeps them until a paper changes, and for up to a
 * minute. Whether one changed is looked up again after `checkEveryMs`. Only complete responses that any cache may keep
 * are kept, and none to a request with a cookie or a password.
 */
export function addPageCache(
  app: FastifyInstance,
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  { edition, checkEveryMs }: { edition: () => Edition | null; checkEveryMs: number },
): void {
  let last: { state: object; at: number } | undefined
  const currentState = async () => {
    const at = monotonicMs()
    if (!last || at - last.at >= checkEveryMs) last = { state: await papersState(db), at }
    return last.state
  }
  const toKeep = new WeakMap<
    FastifyRequest,
    { pages: LruCache<string, CachedPage>; key: string; at: number }
  >()

  app.addHook('onRequest', async (request, reply) => {
    if (!isSameForEveryone(request)) return
    // Without a database, the route says so.
    const state = await currentState().catch(() => null)
    if (!state) return
    const now = clock.now()
    const [pages, at] = [pagesOf(state), now.getTime()]
    const { day = '', count = 0 } = edition() ?? {}
    const key = [request.url, dayOf(now), day, count].join(' ')
    const page = pages.get(key)
    if (!page || !isFresh(page, at)) return void toKeep.set(request, { pages, key, at })
    reply.headers(page.headers)
    return isKnownTo(request, reply) ? reply.code(304).send() : reply.send(page.body)
  })

  app.addHook('onSend', (request, reply, payload, done) => {
    if (typeof payload !== 'string') return done(null, payload)
    // Node sends bytes in a quarter of the time of a text.
    const body = Buffer.from(payload)
    const isWhole = reply.statusCode === 200
    if (!request.routeOptions.config.cachedBy || !isWhole || !isPublic(reply)) return done(null, body)
    if (!reply.hasHeader('etag')) reply.header('etag', tagOf(payload))
    const kept = toKeep.get(request)
    kept?.pages.set(kept.key, { headers: { ...reply.getHeaders() }, body, at: kept.at })
    if (!isKnownTo(request, reply)) return done(null, body)
    reply.code(304)
    // An empty body would have a length of its own (RFC 9110, 15.4.5). Fastify sends none for HEAD.
    done(null, request.method === 'HEAD' ? body : null)
  })
}

const isSameForEveryone = ({ method, url, headers, query, routeOptions }: FastifyRequest): boolean => {
  const { cachedBy } = routeOptions.config
  if (!cachedBy || method !== 'GET' || url.length > MAX_URL_LENGTH) return false
  if (headers.cookie !== undefined || headers.authorization !== undefined) return false
  return Object.entries(query as object).every(
    ([name, value]) => cachedBy.includes(name) && typeof value === 'string',
  )
}

const isPublic = (reply: FastifyReply): boolean =>
  String(reply.getHeader('cache-control')).startsWith('public') && !reply.hasHeader('set-cookie')
