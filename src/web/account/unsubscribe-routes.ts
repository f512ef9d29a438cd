import type { FastifyError, FastifyReply } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { chooseFewerEmails, openFewerEmails, undoFewerEmails } from '../../account/fewer-emails.ts'
import { openResubscribe, resubscribe } from '../../account/resubscribe.ts'
import { openUnsubscribe, SHORT_EMAIL_PAPERS, undoTokenFor, unsubscribe } from '../../account/unsubscribe.ts'
import { Fault } from '../../core/errors.ts'
import type { Site } from '../pages.ts'
import { lenientForm, numberField, withToken } from '../request.ts'

/**
 * Unsubscribe, and its undo. An unsubscribe link may have been forwarded, so its pages mask the address, show no topic,
 * and show only the settings that were just changed.
 */
export const unsubscribeRoutes: FastifyPluginAsyncZod<Site> = async (app, site) => {
  const { deps, pages } = site
  app.get('/unsubscribe/:token', { schema: withToken }, async ({ params: { token } }, reply) => {
    const page = await openUnsubscribe(deps, token)
    if (page.is === 'unknown') return pages.send(reply, 'unsubscribe-unknown', {})
    if (page.is === 'ended') return sendEnded(reply, page.undo)
    const { subscriber, fewer } = page.is === 'open' ? page : { subscriber: null, fewer: [] }
    return pages.send(reply, 'unsubscribe', { token, subscriber, fewer, most: SHORT_EMAIL_PAPERS })
  })

  const sendEnded = async (reply: FastifyReply, undo: string | null) =>
    undo
      ? pages.send(reply, 'undo', { ...(await openResubscribe(deps, undo)), token: undo })
      : pages.send(reply, 'unsubscribed', {})

  app.get('/resubscribe/:token', { schema: withToken }, async ({ params: { token } }, reply) =>
    pages.send(reply, 'undo', { ...(await openResubscribe(deps, token)), token }),
  )

  app.post('/resubscribe/:token', { schema: withToken }, async ({ params: { token } }, reply) => {
    await resubscribe(deps, token)
    return reply.redirect(`/resubscribe/${token}`, 303)
  })

  app.register(oneClickUnsubscribe, site)
  app.register(fewerEmailsRoutes, site)
}

const fewerEmailsRoutes: FastifyPluginAsyncZod<Site> = async (app, { deps, pages }) => {
  const changed = (token: string) => `/unsubscribe/${encodeURIComponent(token)}/changed`

  app.post('/unsubscribe/:token/pause', { schema: withToken }, async ({ params: { token } }, reply) => {
    await chooseFewerEmails(deps, { token, choice: 'pause' })
    return reply.redirect(changed(token), 303)
  })

  const choice = lenientForm({ to: z.enum(['short', 'weekly']).catch('weekly') })
  app.post(
    '/unsubscribe/:token/fewer',
    { schema: { ...withToken, body: choice } },
    async (request, reply) => {
      const { token } = request.params
      await chooseFewerEmails(deps, { token, choice: request.body.to })
      return reply.redirect(changed(token), 303)
    },
  )

  const undo = lenientForm({ change: numberField() })
  app.post('/unsubscribe/:token/undo', { schema: { ...withToken, body: undo } }, async (request, reply) => {
    const { token } = request.params
    await undoFewerEmails(deps, { token, change: request.body.change })
    return reply.redirect(changed(token), 303)
  })

  app.get('/unsubscribe/:token/changed', { schema: withToken }, async ({ params: { token } }, reply) => {
    const now = await openFewerEmails(deps, token)
    if (!now) return reply.redirect(`/unsubscribe/${encodeURIComponent(token)}`, 303)
    return pages.send(reply, 'fewer-mails', { ...now, token })
  })
}

/**
 * POST /unsubscribe/:token, as RFC 8058 requires. For any body, the subscription ends and the response is 200 at once,
 * even if the link is not ours. Only our own page sends `from=page`; its reader gets a page with the result.
 */
const oneClickUnsubscribe: FastifyPluginAsyncZod<Site> = async (app, { deps }) => {
  const oneClick = async (token: string, reply: FastifyReply) => {
    await unsubscribe(deps, { token, how: 'one-click' })
    return reply.code(200).type('text/plain; charset=utf-8').send('Unsubscribed.\n')
  }

  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  // The content of a body that Fastify rejects does not matter here.
  app.setErrorHandler(async (error, request, reply) => {
    if (error instanceof Fault || !isBodyError(error as FastifyError)) throw error
    return oneClick((request.params as { token: string }).token, reply)
  })
  app.post('/unsubscribe/:token', { schema: withToken }, async ({ params: { token }, body }, reply) => {
    if (!isFromPage(body)) return oneClick(token, reply)
    await unsubscribe(deps, { token, how: 'page' })
    const undo = await undoTokenFor(deps, token)
    return reply.redirect(undo ? `/resubscribe/${undo}` : `/unsubscribe/${encodeURIComponent(token)}`, 303)
  })
}

const isBodyError = (error: { statusCode?: number }): boolean =>
  error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500

const isFromPage = (body: unknown): boolean =>
  typeof body === 'string' && new URLSearchParams(body).get('from') === 'page'
