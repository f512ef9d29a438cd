import type { FastifyInstance } from 'fastify'
import { addAccountRoutes } from './account-routes.ts'
import { addConfirmRoutes } from './confirm-routes.ts'
import { addDigestRoutes } from './digest-routes.ts'
import { addManageRoutes } from './manage-routes.ts'
import { addAccountLinkRoutes } from './my-link-routes.ts'
import type { Site } from './site.ts'
import { addUnsubscribeRoutes } from './unsubscribe-routes.ts'

/** Every page behind a link of somebody's: nothing keeps it on the way, and no search engine lists it. */
export function addPrivatePages(app: FastifyInstance, site: Site): void {
  app.register(async (scope) => {
    scope.addHook('onRequest', async (_request, reply) => {
      reply.header('cache-control', 'no-store').header('x-robots-tag', 'noindex')
    })
    addConfirmRoutes(scope, site)
    addUnsubscribeRoutes(scope, site)
    addDigestRoutes(scope, site)
    addAccountLinkRoutes(scope, site)
    addManageRoutes(scope, site)
    addAccountRoutes(scope, site)
  })
}
