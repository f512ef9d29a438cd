import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { showDigest } from '../../digests/show-digest.ts'
import { digestPageView } from '../../emails/digest-email.ts'
import { siteStatus } from '../../operator/health/site-status.ts'
import { votesOfDay } from '../../papers/listed.repo.ts'
import { paperPathOf } from '../../papers/paper-key.ts'
import { type ExampleQueries, exampleQueries, NO_EXAMPLES } from '../../search/example-queries.ts'
import { forVisitor, forVisitorIfFree } from '../../search/for-visitor.ts'
import { loadPaperByName } from '../../search/load-paper-list.ts'
import { searchArchive } from '../../search/search-archive.ts'
import { type SimilarPapers, similarPapers } from '../../search/similar-papers.ts'
import { logFault, toFault } from '../errors.ts'
import { cacheForOneMinute } from '../page-cache.ts'
import { searchSections } from '../page-parts.ts'
import type { Site } from '../pages.ts'
import { markPrivate, withToken } from '../request.ts'
import { CITATION_TYPES, type CitationName, citation, citationKey, citationName } from './citations.ts'
import { discoveryRoutes } from './discovery-routes.ts'
import { feedRoutes } from './feed-routes.ts'
import { guessedAddresses } from './guessed-addresses.ts'
import { paperListRoutes } from './list-routes.ts'
import { followView, paperPageView } from './paper-page-view.ts'
import { placeOfDay } from './place-of-day.ts'
import { readSearchParams, searchFields } from './search-paths.ts'
import { emptySearch, isOfQuery, searchOfFault, searchView } from './search-view.ts'

/** The public pages: lists, papers, search, feeds and shared digests. */
export const sitePages: FastifyPluginAsyncZod<Site> = async (app, site) => {
  app.register(paperListRoutes, site)
  app.register(guessedAddresses)
  app.register(paperRoutes, site)
  app.register(digestRoute, site)
  app.register(feedRoutes, site)
  app.register(discoveryRoutes, site)
}

/** Each paper, the search, and the state of the sources. */
const paperRoutes: FastifyPluginAsyncZod<Site> = async (app, site) => {
  const { deps, pages } = site
  const { BASE_URL } = deps.config
  // An identifier may contain a slash: hep-th/9901001, doi:10.1000/1.
  const ofPaper = { schema: { params: z.object({ '*': z.string() }) }, config: { cachedBy: [] } }
  app.get('/papers/*', ofPaper, async (request, reply) => {
    const name = request.params['*']
    const cited = citationName(name)
    if (cited) return sendCitation(site, reply, cited)
    const paper = await loadPaperByName(deps, { name })
    const none: SimilarPapers = { papers: [], topic: null, isReading: true }
    const like = await forVisitorIfFree(deps, request, none, (deps) => similarPapers(deps, paper))
    const follow = deps.config.SIGNUP === 'closed' ? null : followView(paper, like)
    const place = paper.votes === null ? null : placeOfDay(paper, await votesOfDay(deps.db, paper.firstDay))
    // A page without its similar papers, or with those of the newest papers only, is only for this visitor.
    return pages.send(like.isReading ? reply : cacheForOneMinute(reply), 'paper', {
      paper: paperPageView(paper, { baseUrl: BASE_URL, place }),
      like,
      follow,
    })
  })

  /** Null if they were refused: a page without them is only for this visitor. */
  const examplesFor = (request: FastifyRequest) =>
    forVisitorIfFree<ExampleQueries | null>(deps, request, null, (deps) => exampleQueries(deps, {}))

  // An empty form, a page of results, or the paper that the query names.
  app.get(
    '/papers',
    { schema: { querystring: searchFields }, config: { slots: 'search' } },
    async (request, reply) => {
      const { query: asked } = request
      try {
        const params = readSearchParams(asked)
        if (!params) {
          const examples = await examplesFor(request)
          const search = emptySearch(BASE_URL, examples ?? NO_EXAMPLES)
          return pages.send(examples ? cacheForOneMinute(reply) : reply, 'search', { search })
        }
        const searched = await forVisitor(deps, request, (deps) => searchArchive(deps, params))
        const [named] = searched.tree.kind === 'paper' ? searched.found : []
        if (named) return reply.redirect(paperPathOf(named.paper), 303)
        const search = searchView(params, searched, BASE_URL)
        const sections = searchSections(deps, search.results.along?.topic)
        const sent = searched.isReading ? reply : cacheForOneMinute(reply)
        return pages.send(sent, 'search', { search, sections })
      } catch (error) {
        const fault = toFault(error)
        const reference = logFault(deps, reply, fault)
        const examples = (isOfQuery(fault) && (await examplesFor(request))) || NO_EXAMPLES
        const search = searchOfFault(BASE_URL, { query: asked.q, fault, reference, examples })
        return pages.send(reply, 'search', { search }, fault.status)
      }
    },
  )

  app.get('/status', async (_request, reply) =>
    pages.send(cacheForOneMinute(reply), 'status', await siteStatus(deps)),
  )
}

/** The content of a digest email, on a page that its reader may share. Its link is personal all the same. */
const digestRoute: FastifyPluginAsyncZod<Site> = async (app, { deps, pages }) => {
  const options = { schema: withToken, onRequest: markPrivate }
  app.get('/digest/:token', options, async ({ params: { token } }, reply) => {
    const shown = await showDigest(deps, { token })
    if (!shown) return pages.send(reply, 'digest', { digest: null, papers: new Map(), beyond: [] }, 410)
    const { content, papers, beyond } = shown
    const digest = digestPageView(content, deps.config.BASE_URL)
    return pages.send(reply, 'digest', { digest, papers, beyond, sharePath: `/digest/${token}` })
  })
}

/** A paper as a file for reference managers. */
async function sendCitation(
  { deps }: Site,
  reply: FastifyReply,
  { name, format }: CitationName,
): Promise<FastifyReply> {
  const paper = await loadPaperByName(deps, { name })
  const body = citation(format, paper, `${deps.config.BASE_URL}${paperPathOf(paper)}`)
  const filename = `${citationKey(paper)}.${format}`
  reply.header('content-disposition', `attachment; filename="${filename}"`)
  return cacheForOneMinute(reply).type(CITATION_TYPES[format]).send(body)
}
