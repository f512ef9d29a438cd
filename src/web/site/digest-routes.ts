import type { FastifyInstance } from 'fastify'
import { showDigest } from '../../digests/show-digest.ts'
import type { Site } from '../site.ts'
import { digestPageView } from './digest-view.ts'

/** The content of a digest email, on a page that its reader may share. */
export function addDigestRoutes(app: FastifyInstance, { deps, pages }: Site): void {
  app.get<{ Params: { token: string } }>('/digest/:token', async ({ params: { token } }, reply) => {
    const shown = await showDigest(deps, { token })
    if (!shown) return pages.send(reply, 'digest', { digest: null }, 410)
    return pages.send(reply, 'digest', { digest: digestPageView(shown, deps.config.BASE_URL) })
  })
}
