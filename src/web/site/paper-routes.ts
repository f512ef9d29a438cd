import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { parseDay } from '../../core/dates.ts'
import { Fault } from '../../core/errors.ts'
import { siteStatus } from '../../operator/source-status.ts'
import { paperPathOf } from '../../papers/paper-key.ts'
import { loadDayPage, loadNewestDayPage, loadPaperByName } from '../../search/load-day-page.ts'
import { searchArchive } from '../../search/search-archive.ts'
import { withOptionalSearchSlot, withSearchSlot } from '../../search/search-slot.ts'
import { type SimilarPapers, similarPapers } from '../../search/similar-papers.ts'
import { CONSENT_WORDING } from '../../subscribers/consent.ts'
import { cacheForOneMinute, sendIfChanged } from '../conditional-response.ts'
import { logFault, toFault } from '../errors.ts'
import type { Site } from '../pages.ts'
import { CITATION_TYPES, type CitationName, citation, citationKey, citationName } from './citations.ts'
import { dayView } from './day-view.ts'
import { paperPageView, similarPapersView } from './paper-view.ts'
import { pageParam, readSearchParams, textParam } from './search-paths.ts'
import { emptySearch, searchOfFault, searchView } from './search-view.ts'
import { statusView } from './status-view.ts'

/** The newest day, any day, and each paper. */
export function addPaperRoutes(app: FastifyInstance, site: Site): void {
  const { deps, pages } = site
  app.get('/', async (_request, reply) => {
    const day = dayView(await loadNewestDayPage(deps))
    const banner = { closed: deps.config.SIGNUP === 'closed', consent: CONSENT_WORDING.asking }
    return pages.send(cacheForOneMinute(reply), 'home', { day, banner })
  })

  app.get<{ Params: { date: string }; Querystring: { page?: string } }>(
    '/papers/date/:date',
    async ({ params, query }, reply) => {
      const day = parseDay(params.date)
      const shown = await loadDayPage(deps, { day, page: pageParam(query.page) })
      return pages.send(cacheForOneMinute(reply), 'day', { day: dayView(shown) })
    },
  )

  addDateForm(app, site)

  app.get('/status', async (_request, reply) =>
    pages.send(cacheForOneMinute(reply), 'status', statusView(await siteStatus(deps), deps.clock.now())),
  )

  // An identifier may contain a slash: hep-th/9901001, doi:10.1000/1.
  app.get<{ Params: { '*': string } }>('/papers/*', async (request, reply) => {
    const name = request.params['*']
    const cited = citationName(name)
    if (cited) return sendCitation(site, request, reply, cited)
    const paper = await loadPaperByName(deps, { name })
    const none: SimilarPapers = { papers: [], topic: null }
    const found = await withOptionalSearchSlot(deps, request, { queries: [], fallback: none }, (spend) =>
      similarPapers(deps, paper, spend),
    )
    const like = similarPapersView(found)
    return pages.send(cacheForOneMinute(reply), 'paper', {
      paper: paperPageView(paper, deps.config.BASE_URL),
      like,
    })
  })
}

/** A paper as a file for reference managers. */
async function sendCitation(
  { deps }: Site,
  request: FastifyRequest,
  reply: FastifyReply,
  { name, format }: CitationName,
): Promise<FastifyReply> {
  const paper = await loadPaperByName(deps, { name })
  const body = citation(format, paper, `${deps.config.BASE_URL}${paperPathOf(paper)}`)
  const filename = `${citationKey(paper)}.${format}`
  reply.header('content-disposition', `attachment; filename="${filename}"`)
  return sendIfChanged(request, cacheForOneMinute(reply).type(CITATION_TYPES[format]), {
    body,
    changedAt: null,
  })
}

/** The date form: redirects to that day, or shows the form again with the error. */
function addDateForm(app: FastifyInstance, { pages }: Site): void {
  app.get<{ Querystring: { date?: unknown } }>('/papers/date', async ({ query }, reply) => {
    const date = typeof query.date === 'string' ? query.date.trim() : ''
    if (!date) return pages.send(reply, 'date', { date, errors: [] })
    try {
      return reply.redirect(`/papers/date/${parseDay(date)}`, 303)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      return pages.send(reply, 'date', { date, errors: [{ id: 'date', sentence: error.sentence }] }, 422)
    }
  })
}

type Asked = Record<string, unknown>

/** The search over all papers: an empty form, a page of results, or the paper that the query names. */
export function addSearchRoutes(app: FastifyInstance, site: Site): void {
  const { deps, pages } = site
  const { BASE_URL } = deps.config
  app.get<{ Querystring: Asked }>('/papers', async (request, reply) => {
    try {
      const params = readSearchParams(request.query)
      if (!params) return pages.send(cacheForOneMinute(reply), 'search', { search: emptySearch(BASE_URL) })
      const searched = await withSearchSlot(deps, request, [params.query], (spend) =>
        searchArchive(deps, { ...params, spend }),
      )
      const [named] = searched.tree.kind === 'paper' ? searched.found : []
      if (named) return reply.redirect(paperPathOf(named.paper), 303)
      return pages.send(cacheForOneMinute(reply), 'search', {
        search: searchView(params, searched, BASE_URL),
      })
    } catch (error) {
      return showSearchAgain(site, request, reply, toFault(error))
    }
  })
}

/** Sends the search form with the typed query and what is wrong with it. */
function showSearchAgain(
  { deps, pages }: Site,
  request: FastifyRequest<{ Querystring: Asked }>,
  reply: FastifyReply,
  fault: Fault,
): FastifyReply {
  const reference = logFault(deps, request, reply, fault)
  const query = textParam(request.query.q)
  const search = searchOfFault(deps.config.BASE_URL, { query, fault, reference })
  return pages.send(reply, 'search', { search }, fault.status)
}
