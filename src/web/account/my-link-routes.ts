import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { mailAccountLink, openManage } from '../../account/account-link.ts'
import { mailMyLink } from '../../account/signup/subscribe.ts'
import type { Fault } from '../../core/errors.ts'
import { maskAddress } from '../../subscribers/address.ts'
import type { AtTopic } from '../../subscribers/links.ts'
import { faultOf, noteFault } from '../errors.ts'
import { faultsView } from '../faults-view.ts'
import { emailIn } from '../request.ts'
import { meantIn, meantQuery } from '../signup/meant.ts'
import type { Site } from '../site.ts'
import { idIn } from './manage-form.ts'

interface WithToken {
  Params: { token: string }
}

/** "Mail me my link". The same answer for every address. */
export function addMyLinkRoutes(app: FastifyInstance, site: Site): void {
  const { deps, pages } = site
  const empty = { email: '', ...faultsView(['email'], undefined) }
  app.get('/manage', async ({ query }, reply) => pages.send(reply, 'my-link', { ...empty, at: atIn(query) }))

  const errorHandler = (error: Error, request: FastifyRequest, reply: FastifyReply) =>
    void sendMyLink(site, request, reply, { fault: faultOf(error), email: emailIn(request.body) })

  app.post('/manage', { errorHandler }, async (request, reply) => {
    const { body, ip } = request
    const to = await mailMyLink(deps, { email: emailIn(body), ip, at: atIn(body) })
    return reply.redirect(`/manage/sent${meantQuery(to)}`, 303)
  })

  app.get('/manage/sent', async ({ query }, reply) =>
    pages.send(reply, 'link-sent', { meant: meantIn(query) }),
  )
}

/** The form for the link, and what went wrong on the way to it. */
export function sendMyLink(
  { deps, pages }: Site,
  request: FastifyRequest,
  reply: FastifyReply,
  { fault, email }: { fault: Fault; email: string },
): FastifyReply {
  const reference = noteFault(deps, request, reply, fault)
  const view = { email, at: atIn(request.body), ...faultsView(['email'], fault, reference) }
  return pages.send(reply, 'my-link', view, fault.status)
}

/** The topic and paper from which somebody asks for their link; undefined where they ask from elsewhere. */
function atIn(fields: unknown): AtTopic | undefined {
  const { topic, paper } = (fields ?? {}) as Record<string, unknown>
  const [topicId, paperId] = [idIn(topic), idIn(paper)]
  return topicId && paperId ? { topicId, paperId } : undefined
}

/** From the page behind that link, the one to the account. */
export function addAccountLinkRoutes(app: FastifyInstance, { deps, pages }: Site): void {
  app.post<WithToken>('/manage/:token/account', async ({ params: { token } }, reply) => {
    await mailAccountLink(deps, token)
    return reply.redirect(`/manage/${token}/account`, 303)
  })

  app.get<WithToken>('/manage/:token/account', async ({ params: { token } }, reply) => {
    const { address } = await openManage(deps, token)
    return pages.send(reply, 'account-link-sent', { token, address: maskAddress(address) })
  })
}
