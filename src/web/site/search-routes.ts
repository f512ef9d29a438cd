import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Fault } from '../../core/errors.ts'
import { paperPathOf } from '../../papers/paper-key.ts'
import { searchArchive } from '../../search/search-archive.ts'
import { withSearchSlot } from '../../search/search-slot.ts'
import { cacheForOneMinute } from '../conditional-response.ts'
import { logFault, toFault } from '../errors.ts'
import type { Site } from '../pages.ts'
import { readSearchParams, textParam } from './search-paths.ts'
import { emptySearch, searchOfFault, searchView } from './search-view.ts'

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
