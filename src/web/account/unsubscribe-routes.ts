import type { FastifyInstance, FastifyReply } from 'fastify'
import { chooseFewerEmails, openFewerEmails, undoFewerEmails } from '../../account/fewer-emails.ts'
import { openResubscribe, resubscribe } from '../../account/resubscribe.ts'
import { openUnsubscribe, SHORT_EMAIL_PAPERS } from '../../account/unsubscribe.ts'
import { maskAddress } from '../../subscribers/address.ts'
import type { Site } from '../site.ts'
import { addOneClickUnsubscribe } from './one-click-unsubscribe.ts'
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
