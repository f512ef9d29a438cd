import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { subscriberByManageLink } from '../../account/find-subscriber.ts'
import type { Site } from '../../web/pages.ts'
import { formText, lenientForm, numberField, withToken } from '../../web/request.ts'
import { makeToken, openMadeToken, revokeToken } from './agent-tokens.ts'

const MADE = new URL('./made.eta', import.meta.url)

const ofMade = { params: z.object({ token: z.string(), made: z.string() }) }

/** Making and revoking tokens on the manage page, and the page that shows a new one. */
export const tokenRoutes: FastifyPluginAsyncZod<Site> = async (app, { deps, pages }) => {
  const made = lenientForm({ name: formText.default('') })
  app.post('/manage/:token/agents', { schema: { ...withToken, body: made } }, async (request, reply) => {
    const { token: link } = request.params
    const { made } = await makeToken(deps, { link, name: request.body.name })
    return reply.redirect(`/manage/${link}/agents/${made}`, 303)
  })

  app.get('/manage/:token/agents/:made', { schema: ofMade }, async (request, reply) => {
    const { token, made } = request.params
    const subscriber = await subscriberByManageLink(deps, token)
    const shown = await openMadeToken(deps, { subscriber, made })
    const address = `${deps.config.BASE_URL}/mcp`
    return pages.sendFile(reply, MADE, {
      token,
      shown,
      address,
      header: `Authorization: Bearer ${shown?.token}`,
    })
  })

  const which = lenientForm({ id: numberField() })
  app.post(
    '/manage/:token/agents/revoke',
    { schema: { ...withToken, body: which } },
    async (request, reply) => {
      const { token: link } = request.params
      await revokeToken(deps, { link, id: request.body.id })
      return reply.redirect(`/manage/${link}#agents`, 303)
    },
  )
}
