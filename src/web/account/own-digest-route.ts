import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { subscriberByManageLink } from '../../account/find-subscriber.ts'
import { showOwnDigest } from '../../digests/show-digest.ts'
import { digestPageView } from '../../emails/digest-email.ts'
import { secretById, signLink } from '../../subscribers/links.ts'
import { partsForReader } from '../beside-paper.ts'
import type { Site } from '../pages.ts'

const messageId = z.string().regex(/^[\w-]{1,40}$/)
const ofMessage = { params: z.object({ token: z.string(), message: messageId }) }

/** The papers of an email for its reader, with the links that change topics. The page to share has none of them. */
export const ownDigestRoute: FastifyPluginAsyncZod<Site> = async (app, { deps, pages }) => {
  const { config } = deps
  app.get('/manage/:token/digest/:message', { schema: ofMessage }, async ({ params }, reply) => {
    const { token, message: id } = params
    const subscriber = await subscriberByManageLink(deps, token)
    const shown = await showOwnDigest(deps, subscriber, id)
    if (!shown) return pages.send(reply, 'digest', { digest: null, papers: new Map(), beyond: [] }, 410)
    const { papers, beyond } = shown
    const digest = digestPageView(shown.content, config.BASE_URL, `/manage/${token}`)
    // As in the email, so that a digest has one address.
    const link = { purpose: 'digest' as const, id, epoch: 0, issuedAt: shown.datedAt }
    const sharePath = `/digest/${signLink(link, secretById(shown.secretId, config.APP_SECRET))}`
    const reader = { subscriber, token, path: `/digest/${id}` }
    const besideOwn = await partsForReader(pages.besidePaper, deps, { reader, papers })
    return pages.send(reply, 'digest', { digest, papers, beyond, sharePath, besideOwn })
  })
}
