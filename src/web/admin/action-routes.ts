import type { FastifyInstance } from 'fastify'
import { recentActions } from '../../core/action.repo.ts'
import { Fault } from '../../core/errors.ts'
import type { AdminSite } from './admin-site.ts'
import { numberParam, ROWS_PER_PAGE, takePage } from './paging.ts'

const MAX_ACTION_ID = 2_147_483_647

/** The log of the operator's actions through pages, API and commands. */
export function addAdminActionRoutes(app: FastifyInstance, { deps, send }: AdminSite): void {
  app.get<{ Querystring: { before?: string } }>('/actions', async ({ query }, reply) => {
    const before = numberParam(query.before, MAX_ACTION_ID)
    const found = takePage(await recentActions(deps.db, { before, limit: ROWS_PER_PAGE + 1 }))
    return send(reply, 'actions', found)
  })

  app.get('/*', async () => {
    throw new Fault('page.not-found')
  })
}
