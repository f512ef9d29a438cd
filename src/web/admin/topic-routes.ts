import type { FastifyInstance } from 'fastify'
import { Fault } from '../../core/errors.ts'
import { queriesByCount, topicHolders } from '../../subscribers/subscriber-lists.repo.ts'
import { understoodOf } from '../account/change-summary-view.ts'
import { type AdminSite, numberParam, ROWS_PER_PAGE, takePage } from './admin-pages.ts'

/** All topics by number of subscribers, and the subscribers of each. */
export function addAdminTopicRoutes(app: FastifyInstance, { deps, send }: AdminSite): void {
  app.get<{ Querystring: { skip?: string } }>('/topics', async ({ query }, reply) => {
    const skip = numberParam(query.skip)
    const found = takePage(await queriesByCount(deps.db, { skip, most: ROWS_PER_PAGE + 1 }))
    return send(reply, 'topics', { ...found, skip, size: ROWS_PER_PAGE })
  })

  app.get<{ Params: { id: string }; Querystring: { after?: string } }>(
    '/topics/:id',
    async ({ params, query }, reply) => {
      const asked = {
        queryId: numberParam(params.id),
        after: numberParam(query.after),
        most: ROWS_PER_PAGE + 1,
      }
      const found = await topicHolders(deps.db, asked)
      if (!found) throw new Fault('page.not-found')
      const { rows, more } = takePage(found.holders)
      const understood = understoodOf(found.query)
      return send(reply, 'topic', { id: params.id, query: found.query, understood, rows, more })
    },
  )
}
