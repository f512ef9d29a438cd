import { resolve } from 'node:path'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { TemplateEngine } from '../../i18n/template-engine.ts'
import { feedPapers } from '../../search/search-papers.ts'
import { withSearchSlot } from '../../search/search-slot.ts'
import { cacheForOneMinute, sendIfChanged } from '../conditional-response.ts'
import { logFault, toFault } from '../errors.ts'
import type { Site } from '../pages.ts'
import { type FeedView, feedView } from './feed-view.ts'
import { type FeedFormat, feedPath, textParam } from './search-paths.ts'

type Asked = FastifyRequest<{ Querystring: { q?: unknown } }>

/** The feeds of the newest papers, for a query or for all papers. */
export function addFeedRoutes(app: FastifyInstance, site: Site): void {
  for (const format of ['xml', 'json'] as const) {
    app.get<{ Querystring: { q?: unknown } }>(feedPath(format), async (request, reply) => {
      try {
        return await sendFeed(site, request, reply, format)
      } catch (error) {
        const fault = toFault(error)
        logFault(site.deps, request, reply, fault)
        return reply.code(fault.status).type('text/plain; charset=utf-8').send(`${fault.sentence}\n`)
      }
    })
  }
}

async function sendFeed(
  { deps }: Site,
  request: Asked,
  reply: FastifyReply,
  format: FeedFormat,
): Promise<FastifyReply> {
  const typed = textParam(request.query.q)
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

const FOLDER = resolve(import.meta.dirname, '../../../templates/feeds')
// Templates escape the values that they insert, as on pages.
const templates = new TemplateEngine({ views: FOLDER, cache: true, autoTrim: ['nl', false] })

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
