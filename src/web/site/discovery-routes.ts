import type { FastifyInstance, FastifyReply } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Fault } from '../../core/errors.ts'
import { templatesIn } from '../../i18n/template-engine.ts'
import { words } from '../../i18n/words.ts'
import { daysWithPapers, maxSitemapPaperId, sitemapPapers } from '../../papers/paper.repo.ts'
import { paperPathOf } from '../../papers/paper-key.ts'
import { FIRST_PAGE } from '../../search/load-paper-list.ts'
import { spanOf } from '../../search/spans.ts'
import { ASSETS_PATH } from '../assets.ts'
import { cacheForOneMinute } from '../page-cache.ts'
import type { Site } from '../pages.ts'
import { PAGE_COLORS, SITEMAP_ROUTES } from '../site-view.ts'
import { feedPath, listPath, searchPath } from './search-paths.ts'

/** Paper numbers in one part of the sitemap. The protocol allows 50,000 URLs; fewer are faster to write. */
const PAPERS_IN_PART = 10_000
const MAX_DAYS = 10_000
const MAX_SHORT_NAME_LENGTH = 16
/** Longer names are cut below the icon. */
const MAX_APP_NAME_LENGTH = 12

/** Kept until a paper changes. */
const SAME_FOR_ALL = { cachedBy: [] }

const templates = templatesIn('feeds')

interface SitemapUrl {
  path: string
  changedOn?: string
}

/** Files for search engines and browsers: the sitemap, the search description, the manifest and the icons. */
export const discoveryRoutes: FastifyPluginAsyncZod<Site> = async (app, site) => {
  app.register(sitemap, site)
  addSearchDescription(app, site)
  addManifest(app, site)
  for (const [path, file] of Object.entries(ICON_FILES)) {
    app.get(path, async (_request, reply) => cacheForOneMinute(reply).redirect(`${ASSETS_PATH}${file}`, 302))
  }
}

/** The names that browsers request without a link: those without support for SVG icons, and phones. */
const ICON_FILES = {
  '/favicon.ico': 'icon.svg',
  '/apple-touch-icon.png': 'touch-icon.png',
  '/apple-touch-icon-precomposed.png': 'touch-icon.png',
}

const sitemap: FastifyPluginAsyncZod<Site> = async (app, { deps: { db, config } }) => {
  const sendUrls = (reply: FastifyReply, kind: 'index' | 'part', urls: SitemapUrl[]) => {
    const all = urls.map(({ path, changedOn }) => ({ url: `${config.BASE_URL}${path}`, changedOn }))
    return send(reply, 'application/xml', templates.render('./sitemap', { kind, urls: all }))
  }

  app.get('/sitemap.xml', { config: SAME_FOR_ALL }, async (_request, reply) => {
    const parts = Math.ceil((await maxSitemapPaperId(db)) / PAPERS_IN_PART)
    const ofPapers = Array.from({ length: parts }, (_, i) => ({ path: `/sitemap-papers-${i + 1}.xml` }))
    return sendUrls(reply, 'index', [{ path: '/sitemap-days.xml' }, ...ofPapers])
  })

  app.get('/sitemap-days.xml', { config: SAME_FOR_ALL }, async (_request, reply) => {
    const days = await daysWithPapers(db, MAX_DAYS)
    const spans = (['day', 'week', 'month'] as const).flatMap((unit) => days.map((day) => spanOf(unit, day)))
    const paths = new Set([...SITEMAP_ROUTES, ...spans.map((span) => listPath(span, FIRST_PAGE))])
    return sendUrls(
      reply,
      'part',
      [...paths].map((path) => ({ path })),
    )
  })

  const params = z.object({
    part: z
      .string()
      .regex(/^\d{1,5}$/)
      .transform(Number),
  })
  app.get(
    '/sitemap-papers-:part.xml',
    { schema: { params }, config: SAME_FOR_ALL },
    async (request, reply) => {
      const upTo = request.params.part * PAPERS_IN_PART
      const papers = await sitemapPapers(db, { after: upTo - PAPERS_IN_PART, upTo })
      if (papers.length === 0) throw new Fault('page.not-found')
      return sendUrls(
        reply,
        'part',
        papers.map((paper) => ({ path: paperPathOf(paper), changedOn: paper.changedOn })),
      )
    },
  )
}

/** For phones and browsers that keep the site as an app; it opens with a way back, since papers are on other sites. */
function addManifest(app: FastifyInstance, { deps: { config } }: Site): void {
  const manifest = {
    id: '/',
    name: config.SITE_NAME,
    short_name: shortNameOf(config.SITE_NAME, MAX_APP_NAME_LENGTH),
    description: words.site.description,
    lang: words.language,
    start_url: '/',
    scope: '/',
    display: 'minimal-ui',
    background_color: PAGE_COLORS.light,
    theme_color: PAGE_COLORS.light,
    icons: [
      { src: `${ASSETS_PATH}icon.svg`, sizes: 'any', type: 'image/svg+xml' },
      ...(['any', 'maskable'] as const).map((purpose) => ({
        src: `${ASSETS_PATH}app-icon.png`,
        sizes: '512x512',
        type: 'image/png',
        purpose,
      })),
    ],
  }
  const body = JSON.stringify(manifest)
  app.get('/manifest.webmanifest', async (_request, reply) => send(reply, 'application/manifest+json', body))
}

/** As many whole words as fit; a long first word is cut. */
function shortNameOf(name: string, max: number): string {
  const words = name.split(' ')
  while (words.length > 1 && words.join(' ').length > max) words.pop()
  return Array.from(words.join(' ')).slice(0, max).join('')
}

function addSearchDescription(app: FastifyInstance, { deps: { config } }: Site): void {
  const { BASE_URL, SITE_NAME } = config
  app.get('/opensearch.xml', async (_request, reply) => {
    const withTerms = (path: string) => `${BASE_URL}${path.replace(/q=$/, 'q={searchTerms}')}`
    const view = {
      shortName: Array.from(SITE_NAME).slice(0, MAX_SHORT_NAME_LENGTH).join('').trim(),
      description: `${words.search.heading} - ${SITE_NAME}`,
      icon: `${BASE_URL}${ASSETS_PATH}icon.svg`,
      page: withTerms(searchPath({ query: '' })),
      feed: withTerms(feedPath('xml', '')),
      self: `${BASE_URL}/opensearch.xml`,
    }
    const body = templates.render('./opensearch', view)
    return send(reply, 'application/opensearchdescription+xml', body)
  })
}

const send = (reply: FastifyReply, type: string, body: string) =>
  cacheForOneMinute(reply).type(`${type}; charset=utf-8`).send(body)
