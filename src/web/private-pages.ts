import type { FastifyInstance } from 'fastify'
import { showDigest } from '../digests/show-digest.ts'
import { addAccountLinkRoutes, addAccountRoutes } from './account/account-routes.ts'
import { addManageRoutes } from './account/manage-routes.ts'
import { addUnsubscribeRoutes } from './account/unsubscribe-routes.ts'
import type { Site } from './pages.ts'
import { addConfirmRoutes, addInboxRoutes } from './signup/confirm-routes.ts'
import { digestPageView } from './site/digest-view.ts'

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

/** The content of a digest email, on a page that its reader may share. */
function addDigestRoutes(app: FastifyInstance, { deps, pages }: Site): void {
  app.get<{ Params: { token: string } }>('/digest/:token', async ({ params: { token } }, reply) => {
    const shown = await showDigest(deps, { token })
    if (!shown) return pages.send(reply, 'digest', { digest: null }, 410)
    return pages.send(reply, 'digest', { digest: digestPageView(shown, deps.config.BASE_URL) })
  })
}
