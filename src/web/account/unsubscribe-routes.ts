import type { FastifyInstance, FastifyReply } from 'fastify'
import { SHORT_MAIL } from '../../account/fewer-choice.ts'
import { openFewer, takeFewer, undoFewer } from '../../account/fewer-mails.ts'
import { openUndo, resubscribe } from '../../account/resubscribe.ts'
import { openUnsubscribe } from '../../account/unsubscribe-link.ts'
import { maskAddress } from '../../subscribers/address.ts'
import type { Site } from '../site.ts'
import { addOneClick } from './one-click.ts'
import { changedView, lessViews, undoView } from './unsubscribe-view.ts'

interface WithToken {
  Params: { token: string }
}

/**
 * The way out, and back. An unsubscribe link may be in other hands than its subscriber's: its pages show no address
 * whole, no topic, and of the settings only what was just changed.
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
    const less = lessViews(page.is === 'open' ? page.fewer : [], SHORT_MAIL)
    return pages.send(reply, 'unsubscribe', { token, older: page.is === 'older', address, less })
  })

  const sendEnded = async (reply: FastifyReply, undo: string | null) =>
    undo
      ? pages.send(reply, 'undo', undoView(undo, await openUndo(deps, undo)))
      : pages.send(reply, 'unsubscribed', {})

  addOneClick(app, site)
}

function addFewer(app: FastifyInstance, { deps, pages }: Site): void {
  const changed = (token: string) => `/unsubscribe/${encodeURIComponent(token)}/changed`

  app.post<WithToken>('/unsubscribe/:token/pause', async ({ params: { token } }, reply) => {
    await takeFewer(deps, { token, choice: 'pause' })
    return reply.redirect(changed(token), 303)
  })

  app.post<WithToken & { Body: { to?: string } | undefined }>(
    '/unsubscribe/:token/fewer',
    async ({ params: { token }, body }, reply) => {
      await takeFewer(deps, { token, choice: body?.to === 'short' ? 'short' : 'weekly' })
      return reply.redirect(changed(token), 303)
    },
  )

  app.post<WithToken & { Body: { change?: string } | undefined }>(
    '/unsubscribe/:token/undo',
    async ({ params: { token }, body }, reply) => {
      await undoFewer(deps, { token, change: Number(body?.change) })
      return reply.redirect(changed(token), 303)
    },
  )

  app.get<WithToken>('/unsubscribe/:token/changed', async ({ params: { token } }, reply) => {
    const now = await openFewer(deps, token)
    if (!now) return reply.redirect(`/unsubscribe/${encodeURIComponent(token)}`, 303)
    return pages.send(reply, 'fewer-mails', changedView(token, now))
  })
}

function addResubscribe(app: FastifyInstance, { deps, pages }: Site): void {
  app.get<WithToken>('/resubscribe/:token', async ({ params: { token } }, reply) => {
    return pages.send(reply, 'undo', undoView(token, await openUndo(deps, token)))
  })

  app.post<WithToken>('/resubscribe/:token', async ({ params: { token } }, reply) => {
    await resubscribe(deps, token)
    return reply.redirect(`/resubscribe/${token}`, 303)
  })
}
