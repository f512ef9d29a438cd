import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { chooseFewerEmails, openFewerEmails, undoFewerEmails } from '../../account/fewer-emails.ts'
import { openResubscribe, resubscribe } from '../../account/resubscribe.ts'
import { openUnsubscribe, SHORT_EMAIL_PAPERS, undoTokenFor, unsubscribe } from '../../account/unsubscribe.ts'
import { Fault } from '../../core/errors.ts'
import { maskAddress } from '../../subscribers/address.ts'
import type { Site } from '../pages.ts'
import { fewerEmailsView, fewerOptionViews, undoView } from './unsubscribe-view.ts'

interface WithToken {
  Params: { token: string }
}

/**
 * Unsubscribe, and its undo. An unsubscribe link may have been forwarded, so its pages mask the address, show no topic,
 * and show only the settings that were just changed.
 */
export function addUnsubscribeRoutes(app: FastifyInstance, site: Site): void {
  addUnsubscribe(app, site)
  addFewer(app, site)
  addResubscribe(app, site)
}

function addUnsubscribe(app: FastifyInstance, site: Site): void {
  const { deps, pages } = site
  app.get<WithToken>('/unsubscribe/:token', async ({ params: { token } }, reply) => {
    const page = await openUnsubscribe(deps, token)
    if (page.is === 'unknown') return pages.send(reply, 'unsubscribe-unknown', {})
    if (page.is === 'ended') return sendEnded(reply, page.undo)
    const address = page.is === 'open' ? maskAddress(page.subscriber.address) : ''
    const less = fewerOptionViews(page.is === 'open' ? page.fewer : [], SHORT_EMAIL_PAPERS)
    return pages.send(reply, 'unsubscribe', { token, older: page.is === 'older', address, less })
  })

  const sendEnded = async (reply: FastifyReply, undo: string | null) =>
    undo
      ? pages.send(reply, 'undo', undoView(undo, await openResubscribe(deps, undo)))
      : pages.send(reply, 'unsubscribed', {})

  addOneClickUnsubscribe(app, site)
}

function addFewer(app: FastifyInstance, { deps, pages }: Site): void {
  const changed = (token: string) => `/unsubscribe/${encodeURIComponent(token)}/changed`

  app.post<WithToken>('/unsubscribe/:token/pause', async ({ params: { token } }, reply) => {
    await chooseFewerEmails(deps, { token, choice: 'pause' })
    return reply.redirect(changed(token), 303)
  })

  app.post<WithToken & { Body: { to?: string } | undefined }>(
    '/unsubscribe/:token/fewer',
    async ({ params: { token }, body }, reply) => {
      await chooseFewerEmails(deps, { token, choice: body?.to === 'short' ? 'short' : 'weekly' })
      return reply.redirect(changed(token), 303)
    },
  )

  app.post<WithToken & { Body: { change?: string } | undefined }>(
    '/unsubscribe/:token/undo',
    async ({ params: { token }, body }, reply) => {
      await undoFewerEmails(deps, { token, change: Number(body?.change) })
      return reply.redirect(changed(token), 303)
    },
  )

  app.get<WithToken>('/unsubscribe/:token/changed', async ({ params: { token } }, reply) => {
    const now = await openFewerEmails(deps, token)
    if (!now) return reply.redirect(`/unsubscribe/${encodeURIComponent(token)}`, 303)
    return pages.send(reply, 'fewer-mails', fewerEmailsView(token, now))
  })
}

function addResubscribe(app: FastifyInstance, { deps, pages }: Site): void {
  app.get<WithToken>('/resubscribe/:token', async ({ params: { token } }, reply) => {
    return pages.send(reply, 'undo', undoView(token, await openResubscribe(deps, token)))
  })

  app.post<WithToken>('/resubscribe/:token', async ({ params: { token } }, reply) => {
    await resubscribe(deps, token)
    return reply.redirect(`/resubscribe/${token}`, 303)
  })
}

/**
 * POST /unsubscribe/:token, as RFC 8058 requires. For any body, the subscription ends and the response is 200 at once,
 * even if the link is not ours. Only our own page sends `from=page`; its reader gets a page with the result.
 */
function addOneClickUnsubscribe(app: FastifyInstance, { deps }: Site): void {
  const oneClick = async ({ params }: FastifyRequest<WithToken>, reply: FastifyReply) => {
    await unsubscribe(deps, { token: params.token, how: 'one-click' })
    return reply.code(200).type('text/plain; charset=utf-8').send('Unsubscribed.\n')
  }

  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
    scope.post<WithToken>(
      '/unsubscribe/:token',
      {
        // The content of a body that Fastify rejects does not matter here.
        errorHandler: async (error, request, reply) => {
          if (error instanceof Fault || !isBodyError(error)) throw error
          return oneClick(request as FastifyRequest<WithToken>, reply)
        },
      },
      async (request, reply) => {
        if (!isFromPage(request.body)) return oneClick(request, reply)
        const { token } = request.params
        await unsubscribe(deps, { token, how: 'page' })
        const undo = await undoTokenFor(deps, token)
        return reply.redirect(
          undo ? `/resubscribe/${undo}` : `/unsubscribe/${encodeURIComponent(token)}`,
          303,
        )
      },
    )
  })
}

const isBodyError = (error: { statusCode?: number }): boolean =>
  error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500

const isFromPage = (body: unknown): boolean =>
  typeof body === 'string' && new URLSearchParams(body).get('from') === 'page'
