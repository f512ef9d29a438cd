import type { FastifyInstance } from 'fastify'
import { addDigestRoutes } from './digests/digest-routes.ts'
import { addConfirmRoutes } from './signup/confirm-routes.ts'
import { addInboxRoutes } from './signup/inbox-routes.ts'
import type { Site } from './site.ts'
import { addAccountRoutes } from './subscriber/account-routes.ts'
import { addManageRoutes } from './subscriber/manage-routes.ts'
import { addAccountLinkRoutes } from './subscriber/my-link-routes.ts'
import { addUnsubscribeRoutes } from './subscriber/unsubscribe-routes.ts'

/** Every page behind a link of somebody's: nothing keeps it on the way, and no search engine lists it. */
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
