import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Fault } from '../../core/errors.ts'
import { queriesByCount, topicHolders } from '../../subscribers/subscriber-lists.repo.ts'
import { numberField } from '../request.ts'
import { type AdminSite, ROWS_PER_PAGE, takePage } from './admin-site.ts'

/** All topics by number of subscribers, and the subscribers of each. */
export const adminTopicRoutes: FastifyPluginAsyncZod<AdminSite> = async (app, { deps, send }) => {
  app.get(
    '/topics',
    { schema: { querystring: z.object({ skip: numberField() }) } },
    async ({ query }, reply) => {
      const { skip } = query
      const found = takePage(await queriesByCount(deps.db, { skip, most: ROWS_PER_PAGE + 1 }))
      return send(reply, 'topics', { ...found, skip, size: ROWS_PER_PAGE })
    },
  )

  const ofTopic = { params: z.object({ id: numberField() }), querystring: z.object({ after: numberField() }) }
  app.get('/topics/:id', { schema: ofTopic }, async ({ params: { id }, query: { after } }, reply) => {
    const found = await topicHolders(deps.db, { queryId: id, after, most: ROWS_PER_PAGE + 1 })
    if (!found) throw new Fault('page.not-found')
    const { rows, more } = takePage(found.holders)
    return send(reply, 'topic', { id, query: found.query, rows, more })
  })
}
