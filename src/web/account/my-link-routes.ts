import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { requestManageLink } from '../../account/signup/subscribe.ts'
import type { Fault } from '../../core/errors.ts'
import { logFault, toFault } from '../errors.ts'
import type { Site } from '../pages.ts'
import { emailFields, readableFields } from '../request.ts'
import { faultsView } from '../setting-fields.ts'
import { suggestedDomainInQuery, suggestedDomainQuery } from '../signup/inbox-view.ts'

/** "Mail me my link". The response is the same for every address. */
export const myLinkRoutes: FastifyPluginAsyncZod<Site> = async (app, site) => {
  const { deps, pages } = site
  const empty = { email: '', ...faultsView(['email'], undefined) }
  app.get('/manage', async (_request, reply) => pages.send(reply, 'my-link', empty))

  const errorHandler = (error: Error, request: FastifyRequest, reply: FastifyReply) =>
    void sendMyLinkPage(site, reply, toFault(error, request))

  const schema = { body: emailFields.prefault({}) }
  app.post('/manage', { schema, attachValidation: true, errorHandler }, async (request, reply) => {
    if (request.validationError) throw request.validationError
    const { body, ip } = request
    const to = await requestManageLink(deps, { email: body.email, ip })
    return reply.redirect(`/manage/sent${suggestedDomainQuery(to)}`, 303)
  })

  app.get('/manage/sent', { schema: { querystring: suggestedDomainInQuery } }, async ({ query }, reply) =>
    pages.send(reply, 'link-sent', query),
  )
}

/** Sends the form for the link, with what was typed and what went wrong. */
export function sendMyLinkPage({ deps, pages }: Site, reply: FastifyReply, fault: Fault): FastifyReply {
  const reference = logFault(deps, reply, fault)
  const { email } = readableFields(emailFields, reply.request.body)
  return pages.send(reply, 'my-link', { email, ...faultsView(['email'], fault, reference) }, fault.status)
}
