import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Fault } from '../../core/errors.ts'
import { showDigest } from '../../digests/show-digest.ts'
import { type RateLimit, requirePermit } from '../../limits/rate-limit.ts'
import { listedPage } from '../../papers/listed.repo.ts'
import { forVisitor } from '../../search/for-visitor.ts'
import { type ListChoice, newestListedDay } from '../../search/load-paper-list.ts'
import { searchArchive } from '../../search/search-archive.ts'
import { parseSpan, type Span, weekUpTo } from '../../search/spans.ts'
import { cacheForOneMinute } from '../../web/page-cache.ts'
import type { Site } from '../../web/pages.ts'
import { markPrivate, withToken } from '../../web/request.ts'
import { CITATION_FORMATS, type CitationFormat } from '../../web/site/citations.ts'
import {
  listFields,
  listPath,
  readListChoice,
  readSearchParams,
  searchFields,
} from '../../web/site/search-paths.ts'
import { sendCitationList } from '../../web/site/send-citation-list.ts'
import { citedInDigest, citedInSearch, citedPapers } from './cited-papers.ts'
import { filePathOf, MAX_FOUND, MAX_LISTED } from './list-links.ts'

/** The file of a month takes up to a second of this process. Searches have a limit of their own. */
const LISTS: RateLimit = {
  name: 'cite-list',
  label: 'lists to cite of one network',
  capacity: 30,
  perSecond: 0.1,
}

/** The spans by their names in paths. */
const SEGMENTS = { date: 'day', week: 'week', month: 'month' } as const

const ofSpan = { schema: { params: z.object({ name: z.string() }), querystring: listFields } }

/** The lists of the site as files. Each has the path of its page with an extension, or of a search with a format. */
export const citeListRoutes: FastifyPluginAsync<Site> = async (app, site) => {
  for (const format of CITATION_FORMATS) {
    app.register(spanRoutes, { ...site, format })
    app.register(digestRoute, { ...site, format })
  }
  app.register(searchRoutes, site)
}

interface SiteInFormat extends Site {
  format: CitationFormat
}

interface SpanAsked extends ListChoice {
  span: Span
}

const spanRoutes: FastifyPluginAsyncZod<SiteInFormat> = async (app, { deps, format }) => {
  for (const [segment, unit] of Object.entries(SEGMENTS)) {
    app.get(`/papers/${segment}/:name.${format}`, ofSpan, async (request, reply) => {
      const { name } = request.params
      const span = parseSpan(unit, name)
      const choice = readListChoice(request.query)
      if (span.name === name) return sendSpan({ request, reply }, { span, ...choice })
      return reply.redirect(filePathOf({ kind: unit, path: listPath(span, choice) }, format), 301)
    })
  }

  // The last seven days, or the week: what the page shows now.
  app.get(`/papers/week.${format}`, { schema: { querystring: listFields } }, async (request, reply) => {
    const span = weekUpTo(await newestListedDay(deps))
    return sendSpan({ request, reply }, { span, ...readListChoice(request.query) })
  })

  async function sendSpan(
    { request, reply }: { request: FastifyRequest; reply: FastifyReply },
    { span, order, withCode }: SpanAsked,
  ): Promise<FastifyReply> {
    await requirePermit(deps.db, LISTS, { ip: request.ip })
    const { from, to } = span
    const { ids } = await listedPage(deps.db, { from, to, order, withCode, take: MAX_LISTED })
    if (ids.length === 0) throw new Fault('page.not-found')
    return sendCitationList(cacheForOneMinute(reply), {
      format,
      name: `papers-${span.name || `${from}-to-${to}`}`,
      papers: citedPapers(deps.db, ids),
      baseUrl: deps.config.BASE_URL,
    })
  }
}

/** A digest with the reason of each paper. Its link is personal, so neither a log nor the name of the file has it. */
const digestRoute: FastifyPluginAsyncZod<SiteInFormat> = async (app, { deps, pages, format }) => {
  const options = { schema: withToken, onRequest: markPrivate }
  app.get(`/digest/:token.${format}`, options, async ({ params: { token } }, reply) => {
    const shown = await showDigest(deps, { token })
    if (!shown) return pages.send(reply, 'digest', { digest: null, papers: new Map(), beyond: [] }, 410)
    return sendCitationList(reply, {
      format,
      name: `digest-${shown.content.localDate}`,
      papers: citedInDigest(shown),
      baseUrl: deps.config.BASE_URL,
    })
  })
}

const CONSTRAINT = 'citationFormat'

const formatIn = (url = ''): string | undefined => {
  const [path, query = ''] = url.split('?')
  const format = path === '/papers' ? new URLSearchParams(query).get('format') : null
  return CITATION_FORMATS.find((one) => one === format)
}

/** The results of a search with the reason of each paper, at the path of the search page. */
const searchRoutes: FastifyPluginAsyncZod<Site> = async (app, { deps }) => {
  app.addConstraintStrategy({
    name: CONSTRAINT,
    storage() {
      const handlers = new Map()
      return {
        get: (format) => handlers.get(format) ?? null,
        set: (format, handler) => void handlers.set(format, handler),
      }
    },
    deriveConstraint: ({ url }) => formatIn(url),
    mustMatchWhenDerived: false,
  })
  for (const format of CITATION_FORMATS) {
    app.route({
      method: 'GET',
      url: '/papers',
      constraints: { [CONSTRAINT]: format },
      schema: { querystring: searchFields },
      config: { slots: 'search' },
      async handler(request, reply) {
        const params = readSearchParams({ ...request.query, page: undefined })
        if (!params) throw new Fault('query.empty')
        const search = { ...params, papersPerPage: MAX_FOUND, extrasMs: 0 }
        const { found, isReading } = await forVisitor(deps, request, (deps) => searchArchive(deps, search))
        return sendCitationList(isReading ? reply : cacheForOneMinute(reply), {
          format,
          name: nameOfSearch(params.query),
          papers: citedInSearch(found),
          baseUrl: deps.config.BASE_URL,
        })
      },
    })
  }
}

const MAX_NAME_LENGTH = 40

/** "papers-linear-attention" */
const nameOfSearch = (query: string): string =>
  `papers ${query.slice(0, MAX_NAME_LENGTH)}`
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/-$/, '')
