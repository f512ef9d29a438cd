import type { FastifyInstance } from 'fastify'
import { addAccountLinkRoutes, addAccountRoutes } from './account/account-routes.ts'
import { addManageRoutes } from './account/manage-routes.ts'
import { addUnsubscribeRoutes } from './account/unsubscribe-routes.ts'
import { addConfirmRoutes, addInboxRoutes } from './signup/confirm-routes.ts'
import { addDigestRoutes } from './site/digest-routes.ts'
import type { Site } from './site.ts'

/** Every page behind a personal link: no cache may keep it, and no search engine may list it. */
export function addPrivatePages(app: FastifyInstance, site: Site): void {
  app.register(async (scope) => {
    scope.addHook('onRequest', async (_request, reply) => {
      reply.header('cache-control', 'no-store').header('x-robots-tag', 'noindex')
    })
    addInboxRoutes(scope, site)
    addConfirmRoutes(scope, site)
    addUnsubscribeRoutes(scope, site)
    addDigestRoutes(scope, site)
    addAccountLinkRoutes(scope, site)
    addManageRoutes(scope, site)
    addAccountRoutes(scope, site)
  })
}
