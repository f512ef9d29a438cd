import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { Fault } from '../../core/errors.ts'
import { MESSAGE_STATES } from '../../mail/message.ts'
import { listMessages, type MessagePlace } from '../../mail/outbox/message-list.repo.ts'
import { audited } from '../../operator/audited.ts'
import { fateText, messageLife } from '../../operator/message-life.ts'
import { retryMessage, showMessage, stateName } from '../../operator/retry-message.ts'
import { at } from '../api/cursor.ts'
import { id } from '../api/schemas/kinds.ts'
import type { AdminSite } from './admin-site.ts'
import { paged, ROWS } from './paging.ts'

interface Asked {
  Querystring: { state?: string; after?: string }
}

const RETRIED = ['deferred', 'refused', 'uncertain', 'gave_up', 'skipped']

/** Mails of every kind, and the life of each. */
export function addMessageRoutes(app: FastifyInstance, { deps, send }: AdminSite): void {
  app.get<Asked>('/messages', async ({ query }, reply) => {
    const state = MESSAGE_STATES.find((one) => stateName(one) === query.state)
    const found = paged(await listMessages(deps.db, { state, after: placeIn(query.after), most: ROWS + 1 }))
    const last = found.rows.at(-1)
    return send(reply, 'messages', {
      state: state ? stateName(state) : '',
      states: MESSAGE_STATES.map(stateName),
      rows: found.rows.map((row) => ({ ...row, state: stateName(row.state) })),
      next: found.more && last ? `${last.datedAt.toISOString()}~${last.id}` : '',
    })
  })

  app.get<{ Params: { id: string }; Querystring: { done?: unknown } }>(
    '/messages/:id',
    async ({ params, query }, reply) => {
      const message = await showMessage(deps, params)
      const now = deps.clock.now()
      return send(reply, 'message', {
        said: query.done === 'ready' ? 'Queued. It’s sent with the next run.' : undefined,
        message: { ...message, state: stateName(message.state) },
        fate: fateText(message),
        life: messageLife(message, now),
        canRetry: RETRIED.includes(message.state) && message.deadline > now && message.toAddress !== null,
      })
    },
  )

  app.post<{ Params: { id: string } }>('/messages/:id/retry', async ({ params: { id } }, reply) => {
    const { subscriberId } = await showMessage(deps, { id })
    const doing = { door: 'admin', verb: 'messages retry', subscriberId, detail: id } as const
    await audited(deps, doing, (tried) => retryMessage(tried, { id }))
    return reply.redirect(`/admin/messages/${id}?done=ready`, 303)
  })
}

const place = z.tuple([at, id])

/** "2026-11-24T08:00:00.000Z~id". Throws page.not-found. */
function placeIn(after: unknown): MessagePlace | undefined {
  if (after === undefined) return undefined
  const { success, data } = place.safeParse(String(after).split('~'))
  if (!success) throw new Fault('page.not-found')
  return { datedAt: data[0], id: data[1] }
}
