import type { FastifyInstance } from 'fastify'
import { recentActions } from '../../core/action.repo.ts'
import { Fault } from '../../core/errors.ts'
import type { AdminSite } from './admin-site.ts'
import { numberIn, paged, ROWS } from './paging.ts'

const NEWEST = 2_147_483_647

/** What was done, by whichever door. */
export function addActionRoutes(app: FastifyInstance, { deps, send }: AdminSite): void {
  app.get<{ Querystring: { before?: string } }>('/actions', async ({ query }, reply) => {
    const before = numberIn(query.before, NEWEST)
    const found = paged(await recentActions(deps.db, { before, limit: ROWS + 1 }))
    return send(reply, 'actions', found)
  })

  app.get('/*', async () => {
    throw new Fault('page.not-found')
  })
}
