import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Fault } from '../../core/errors.ts'
import { pathOf } from '../../papers/identifiers.ts'
import { searchArchive } from '../../search/search-archive.ts'
import { withSearchSlot } from '../../search/search-slot.ts'
import { faultOf, noteFault } from '../errors.ts'
import { keptShortly } from '../kept-shortly.ts'
import type { Site } from '../site.ts'
import { askedSearch, textIn } from './search-paths.ts'
import { emptySearch, faultySearch, searchView } from './search-view.ts'

type Asked = Record<string, unknown>

/** The search over all papers: the field alone, a page of what was found, or the one paper that was named. */
export function addSearchRoutes(app: FastifyInstance, site: Site): void {
  const { deps, pages } = site
  const { BASE_URL } = deps.config
  app.get<{ Querystring: Asked }>('/papers', async (request, reply) => {
    try {
      const asked = askedSearch(request.query)
      if (!asked) return pages.send(keptShortly(reply), 'search', { search: emptySearch(BASE_URL) })
      const searched = await withSearchSlot(deps, request, [asked.query], (spend) =>
        searchArchive(deps, { ...asked, spend }),
      )
      const [named] = searched.tree.kind === 'paper' ? searched.found : []
      if (named) return reply.redirect(pathOf(named.paper), 303)
      return pages.send(keptShortly(reply), 'search', { search: searchView(asked, searched, BASE_URL) })
    } catch (error) {
      return askAgain(site, request, reply, faultOf(error))
    }
  })
}

/** The field with what was typed in it, and what is wrong. */
function askAgain(
  { deps, pages }: Site,
  request: FastifyRequest<{ Querystring: Asked }>,
  reply: FastifyReply,
  fault: Fault,
): FastifyReply {
  const reference = noteFault(deps, request, reply, fault)
  const query = textIn(request.query.q)
  const search = faultySearch(deps.config.BASE_URL, { query, fault, reference })
  return pages.send(reply, 'search', { search }, fault.status)
}
