import type { FastifyInstance } from 'fastify'
import { Fault } from '../../core/errors.ts'
import { holdersOf, queriesByCount } from '../../subscribers/subscriber-lists.repo.ts'
import { understoodOf } from '../signup/wish-view.ts'
import type { AdminSite } from './admin-site.ts'
import { numberIn, paged, ROWS } from './paging.ts'

/** What people want, and who wants it. */
export function addTopicRoutes(app: FastifyInstance, { deps, send }: AdminSite): void {
  app.get<{ Querystring: { skip?: string } }>('/topics', async ({ query }, reply) => {
    const skip = numberIn(query.skip)
    const found = paged(await queriesByCount(deps.db, { skip, most: ROWS + 1 }))
    return send(reply, 'topics', { ...found, skip, size: ROWS })
  })

  app.get<{ Params: { id: string }; Querystring: { after?: string } }>(
    '/topics/:id',
    async ({ params, query }, reply) => {
      const asked = { queryId: numberIn(params.id), after: numberIn(query.after), most: ROWS + 1 }
      const found = await holdersOf(deps.db, asked)
      if (!found) throw new Fault('page.not-found')
      const { rows, more } = paged(found.holders)
      const understood = understoodOf(found.query)
      return send(reply, 'topic', { id: params.id, query: found.query, understood, rows, more })
    },
  )
}
