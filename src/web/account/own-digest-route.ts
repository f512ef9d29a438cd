import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { subscriberByManageLink } from '../../account/find-subscriber.ts'
import { showOwnDigest } from '../../digests/show-digest.ts'
import { digestPageView } from '../../emails/digest-email.ts'
import { signLink } from '../../subscribers/links.ts'
import type { Site } from '../pages.ts'

const ofMessage = { params: z.object({ token: z.string(), message: z.string() }) }

/** The papers of an email for its reader, with the links that change topics. The page to share has none of them. */
export const ownDigestRoute: FastifyPluginAsyncZod<Site> = async (app, { deps, pages }) => {
  const { config, clock } = deps
  app.get('/manage/:token/digest/:message', { schema: ofMessage }, async ({ params }, reply) => {
    const { token, message: id } = params
    const shown = await showOwnDigest(deps, await subscriberByManageLink(deps, token), id)
    if (!shown) return pages.send(reply, 'digest', { digest: null, beyond: [] }, 410)
    const digest = digestPageView(shown.content, config.BASE_URL, `/manage/${token}`)
    const link = { purpose: 'digest' as const, id, epoch: 0, issuedAt: clock.now() }
    const sharePath = `/digest/${signLink(link, config.APP_SECRET[0]!)}`
    return pages.send(reply, 'digest', { digest, beyond: shown.beyond, sharePath })
  })
}
