import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { mailAccountLink, subscriberByManageLink } from '../../account/account-link.ts'
import { requestManageLink } from '../../account/signup/subscribe.ts'
import type { Fault } from '../../core/errors.ts'
import { maskAddress } from '../../subscribers/address.ts'
import type { TopicPaperRef } from '../../subscribers/links.ts'
import { logFault, toFault } from '../errors.ts'
import { faultsView } from '../faults-view.ts'
import { emailIn } from '../request.ts'
import { suggestedDomainInQuery, suggestedDomainQuery } from '../signup/suggested-domain.ts'
import type { Site } from '../site.ts'
import { idParam } from './manage-form.ts'

interface WithToken {
  Params: { token: string }
}

/** "Mail me my link". The response is the same for every address. */
export function addMyLinkRoutes(app: FastifyInstance, site: Site): void {
  const { deps, pages } = site
  const empty = { email: '', ...faultsView(['email'], undefined) }
  app.get('/manage', async ({ query }, reply) =>
    pages.send(reply, 'my-link', { ...empty, at: requestedTopic(query) }),
  )

  const errorHandler = (error: Error, request: FastifyRequest, reply: FastifyReply) =>
    void sendMyLinkPage(site, request, reply, { fault: toFault(error), email: emailIn(request.body) })

  app.post('/manage', { errorHandler }, async (request, reply) => {
    const { body, ip } = request
    const to = await requestManageLink(deps, { email: emailIn(body), ip, at: requestedTopic(body) })
    return reply.redirect(`/manage/sent${suggestedDomainQuery(to)}`, 303)
  })

  app.get('/manage/sent', async ({ query }, reply) =>
    pages.send(reply, 'link-sent', { meant: suggestedDomainInQuery(query) }),
  )
}

/** Sends the form for the link, with what went wrong. */
export function sendMyLinkPage(
  { deps, pages }: Site,
  request: FastifyRequest,
  reply: FastifyReply,
  { fault, email }: { fault: Fault; email: string },
): FastifyReply {
  const reference = logFault(deps, request, reply, fault)
  const view = { email, at: requestedTopic(request.body), ...faultsView(['email'], fault, reference) }
  return pages.send(reply, 'my-link', view, fault.status)
}

/** The topic and paper from which the reader requests the link; undefined if they came from another page. */
function requestedTopic(fields: unknown): TopicPaperRef | undefined {
  const { topic, paper } = (fields ?? {}) as Record<string, unknown>
  const [topicId, paperId] = [idParam(topic), idParam(paper)]
  return topicId && paperId ? { topicId, paperId } : undefined
}

/** Emails the link to the account; the button is on the page behind the link in emails. */
export function addAccountLinkRoutes(app: FastifyInstance, { deps, pages }: Site): void {
  app.post<WithToken>('/manage/:token/account', async ({ params: { token } }, reply) => {
    await mailAccountLink(deps, token)
    return reply.redirect(`/manage/${token}/account`, 303)
  })

  app.get<WithToken>('/manage/:token/account', async ({ params: { token } }, reply) => {
    const { address } = await subscriberByManageLink(deps, token)
    return pages.send(reply, 'account-link-sent', { token, address: maskAddress(address) })
  })
}
