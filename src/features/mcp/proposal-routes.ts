import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { mailManageLink } from '../../account/account-link.ts'
import { openTrial } from '../../account/open-topic.ts'
import type { Deps } from '../../core/deps.ts'
import { Fault } from '../../core/errors.ts'
import { nudgeTransactional } from '../../mail/message.ts'
import { topicName } from '../../queries/language/topic-name.ts'
import type { Searcher } from '../../search/for-visitor.ts'
import { signLink } from '../../subscribers/links.ts'
import { trialView } from '../../web/account/topic-view.ts'
import type { Site } from '../../web/pages.ts'
import { markPrivate } from '../../web/request.ts'
import { withoutOffers } from '../../web/signup/preview-view.ts'
import { mcpErrors } from './mcp-errors.ts'
import { decisionPage, type OpenedProposal, openProposal } from './proposal.ts'

const PAGE = new URL('./proposal.eta', import.meta.url)

const ofProposal = {
  params: z.object({ proposal: z.string() }),
  querystring: z.object({ mailed: z.enum(['yes', 'no']).optional().catch(undefined) }),
}

/**
 * The page of a proposal: what it would bring, and a button that emails the subscriber a link to the page of the topic,
 * where they save it. The agent has the link to this page too, so nothing here changes a topic.
 */
export const proposalRoutes: FastifyPluginAsyncZod<Site> = async (app, { deps, pages }) => {
  app.addHook('onRequest', markPrivate)

  const options = { schema: ofProposal, config: { slots: 'search' } } as const
  app.get('/proposals/:proposal', options, async (request, reply) => {
    const { params, query } = request
    const opened = await openProposal(deps, params.proposal)
    return pages.sendFile(reply, PAGE, {
      path: `/proposals/${params.proposal}`,
      agent: opened.agent,
      topic: opened.named === null ? nameOf(opened.topic) : null,
      before: opened.topic.query,
      query: opened.query,
      trial: await trialOf(deps, opened, request),
      mailed: query.mailed,
    })
  })

  app.post('/proposals/:proposal', { schema: ofProposal }, async ({ params: { proposal } }, reply) => {
    const opened = await openProposal(deps, proposal)
    const { id } = opened.subscriber
    const isMailed = await mailManageLink(deps, { id }, decisionPage(opened))
    deps.log.info('subscriber.asked', {
      subscriber: id,
      how: 'proposal',
      mail: isMailed ? 'manage-link' : null,
    })
    await nudgeTransactional(deps)
    return reply.redirect(`/proposals/${proposal}?mailed=${isMailed ? 'yes' : 'no'}`, 303)
  })
}

const nameOf = ({ name, query }: OpenedProposal['topic']): string => topicName({ name, query })

/** What the subscriber's own page of the topic shows, without its links: they would let the agent change it. */
async function trialOf(deps: Deps, { subscriber, topic, query, named }: OpenedProposal, searcher: Searcher) {
  const { id, epoch } = subscriber
  const link = { purpose: 'manage', id, epoch, issuedAt: deps.clock.now() } as const
  const token = signLink(link, deps.config.APP_SECRET[0]!)
  const tried = { text: query, named }
  const opened = await openTrial(deps, { token, topicId: topic.id, paper: '', tried, searcher })
  if (!opened.topic) throw new Fault(mcpErrors['mcp.proposal-ended'])
  const { paces, preview } = trialView(token, opened, deps.config.BASE_URL)
  return { paces, preview: 'fault' in preview ? preview : { ...withoutOffers(preview), last: null } }
}
