import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { monotonicMs } from '../core/clock.ts'
import { type Day, dayOf, MINUTE_MS } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { LruCache } from '../core/lru-cache.ts'
import { listedPage, newestDayWithPapers } from '../papers/listed.repo.ts'
import { newestState } from '../papers/paper.repo.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The response is the same for everyone; a URL may have these parameters, each once. */
    cachedBy?: readonly string[]
  }
  interface FastifyInstance {
    papers: PapersWatch
  }
}

/** The newest day with papers, for the masthead. */
export interface Edition {
  day: Day
  count: number
}

interface CachedPage {
  headers: ReturnType<FastifyReply['getHeaders']>
  body: Buffer
}

type Pages = LruCache<string, CachedPage>

/** What the last look at the papers found, and the pages made since. */
interface PapersState {
  newest: string
  today: Day
  pages: Pages
  /** When it was found first. */
  madeAt: Date
  /** When it was found last, by `monotonicMs`. */
  seenAt: number
}

type PapersWatch = ReturnType<typeof watchPapers>

const MAX_BYTES = 32 * 1024 * 1024
const MAX_URL_LENGTH = 500
/** Of the headers and the URL of a kept page. */
const MAX_HEAD_BYTES = 3000
/** A change by a process with a slow clock has no later time than the change before it. */
const MAX_AGE_MS = MINUTE_MS
/** How long the server waits for the first look before it accepts requests, in milliseconds. */
const MAX_WAIT_MS = 250

/** Looks for changes of papers beside the requests, which only read what was found last. */
function watchPapers({ db, clock }: Pick<Deps, 'db' | 'clock'>) {
  let edition: Edition | null = null
  let state: PapersState | undefined
  let looking: Promise<void> | undefined
  const look = async () => {
    const now = clock.now()
    const seenAt = monotonicMs()
    const newest = await newestState(db)
    const today = dayOf(now)
    if (state?.newest === newest && state.today === today && isWithinAge(state.madeAt, now)) {
      state.seenAt = seenAt
      return
    }
    edition = await readEdition(db, today)
    const pages: Pages = new LruCache(MAX_BYTES, ({ body }) => body.length + MAX_HEAD_BYTES)
    state = { newest, today, pages, madeAt: now, seenAt }
  }
  return {
    /** Null without papers, and until the first look. Without a database, the last known one stays. */
    edition: () => edition,
    /** The pages made since the papers changed; undefined without a recent look. */
    pages: () => (state && monotonicMs() - state.seenAt < MAX_AGE_MS ? state.pages : undefined),
    /** Looks now. Without a database, routes say so, so no page is kept. */
    refresh(): Promise<void> {
      looking ??= look()
        .catch(() => {
          state = undefined
        })
        .finally(() => {
          looking = undefined
        })
      return looking
    },
  }
}

const isWithinAge = (madeAt: Date, now: Date): boolean =>
  Math.abs(now.getTime() - madeAt.getTime()) < MAX_AGE_MS

async function readEdition(db: Deps['db'], today: Day): Promise<Edition | null> {
  const day = await newestDayWithPapers(db, { upTo: today })
  if (day === null) return null
  const { papers } = await listedPage(db, { from: day, to: day, order: 'newest', take: 0 })
  return { day, count: papers }
}

/**
 * Gives public responses an ETag, and keeps those of routes with `cachedBy` until a paper changes, and for up to a
 * minute. It checks the papers every `checkEveryMs`; 0: only when the server starts, and by `app.papers.refresh`.
 * Only complete responses that any cache may keep are kept, and none to a request with a cookie or a password.
 */
export function addPageCache(app: FastifyInstance, deps: Pick<Deps, 'db' | 'clock'>, checkEveryMs: number) {
  const papers = watchPapers(deps)
  let timer: NodeJS.Timeout | undefined
  app.decorate('papers', papers)
  app.addHook('onReady', async () => {
    await Promise.race([papers.refresh(), sleep(MAX_WAIT_MS, undefined, { ref: false })])
    if (checkEveryMs > 0) timer = setInterval(papers.refresh, checkEveryMs).unref()
  })
  app.addHook('onClose', async () => clearInterval(timer))

  /** Where the response to a request is kept if it can be. */
  const places = new WeakMap<FastifyRequest, Pages>()
  const makers = openMakers()
  app.addHook('onRequest', (request, reply, done) => {
    const pages = isSameForEveryone(request) ? papers.pages() : undefined
    if (!pages) return done()
    const sendOrMake = () => {
      const page = pages.get(request.url)
      if (page) return void sendUnlessKnown(request, reply.headers(page.headers), page.body)
      places.set(request, pages)
      makers.begin(request)
      reply.raw.once('close', () => makers.end(request))
      done()
    }
    const made = makers.isMade(request.url)
    if (made) made.then(sendOrMake)
    else sendOrMake()
  })

  app.addHook('onSend', (request, reply, payload, done) => {
    if (typeof payload !== 'string') return done(null, payload)
    // Node sends bytes in a quarter of the time of a text.
    const body = Buffer.from(payload)
    if (reply.statusCode !== 200 || !isPublic(reply)) return done(null, body)
    reply.header('etag', tagOf(payload))
    places.get(request)?.set(request.url, { headers: { ...reply.getHeaders() }, body })
    if (!isKnownTo(request, reply)) return done(null, body)
    reply.code(304)
    // An empty body would have a length of its own (RFC 9110, 15.4.5). Fastify sends none for HEAD.
    done(null, request.method === 'HEAD' ? body : null)
  })
  app.addHook('onSend', (request, _reply, _payload, done) => {
    makers.end(request)
    done()
  })
}

/** One request makes a page while others for the same wait: hundreds at once would make it hundreds of times. */
function openMakers() {
  const making = new Map<string, { maker: FastifyRequest; made: PromiseWithResolvers<void> }>()
  return {
    /** Resolves when the page is made, or could not be; undefined if no request makes it. */
    isMade: (url: string): Promise<void> | undefined => making.get(url)?.made.promise,
    begin(maker: FastifyRequest): void {
      if (!making.has(maker.url)) making.set(maker.url, { maker, made: Promise.withResolvers() })
    },
    end(request: FastifyRequest): void {
      const found = making.get(request.url)
      if (found?.maker !== request) return
      making.delete(request.url)
      found.made.resolve()
    },
  }
}

const sendUnlessKnown = (request: FastifyRequest, reply: FastifyReply, body: Buffer): FastifyReply =>
  isKnownTo(request, reply) ? reply.code(304).send() : reply.send(body)

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

const tagOf = (body: string): string =>
  `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`

/** Whether the client already has the response with these headers. */
export function isKnownTo({ headers }: FastifyRequest, reply: FastifyReply): boolean {
  const [match, since] = [headers['if-none-match'], headers['if-modified-since']]
  const { etag, 'last-modified': changed } = reply.getHeaders()
  if (match !== undefined)
    return match.split(',').some((one) => ['*', etag, `W/${etag}`].includes(one.trim()))
  return since !== undefined && changed !== undefined && Date.parse(String(changed)) <= Date.parse(since)
}

/** Any cache may keep the response for a minute. */
export const cacheForOneMinute = <T extends FastifyReply>(reply: T): T =>
  reply.header('cache-control', 'public, max-age=60') as T
