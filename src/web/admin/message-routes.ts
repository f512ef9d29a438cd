import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { MESSAGE_STATES } from '../../mail/message.ts'
import { listMessages, type MessageCursor } from '../../mail/outbox/message-list.repo.ts'
import {
  mayRetry,
  messageOutcomeText,
  messageTimeline,
  showMessage,
  stateName,
} from '../../operator/message-details.ts'
import { cursorInstant } from '../../operator/operations/cursor.ts'
import { id } from '../../operator/operations/fields.ts'
import { retry } from '../../operator/operations/messages.ts'
import { optionalText } from '../request.ts'
import { type AdminSite, parseCursor, ROWS_PER_PAGE, takePage } from './admin-site.ts'
import { doneSentence, operationForm, operationNamed, runAdminOperation } from './operation-forms.ts'
import { actorOf } from './operator-rights.ts'

/** Emails of every kind, and the history of each. */
export const messageRoutes: FastifyPluginAsyncZod<AdminSite> = async (app, { deps, send }) => {
  const filters = { querystring: z.object({ state: optionalText, after: z.unknown().optional() }) }
  app.get('/messages', { schema: filters }, async ({ query }, reply) => {
    const state = MESSAGE_STATES.find((one) => stateName(one) === query.state)
    const after = parseCursor(messageCursor, query.after)
    const found = takePage(await listMessages(deps.db, { state, after, most: ROWS_PER_PAGE + 1 }))
    const last = found.rows.at(-1)
    return send(reply, 'messages', {
      state,
      states: MESSAGE_STATES,
      rows: found.rows,
      next: found.more && last ? `${last.datedAt.toISOString()}~${last.id}` : '',
    })
  })

  const ofMessage = { params: z.object({ id }), querystring: z.object({ done: optionalText }) }
  app.get('/messages/:id', { schema: ofMessage }, async ({ params, query }, reply) => {
    const message = await showMessage(deps, params)
    const now = deps.clock.now()
    return send(reply, 'message', {
      said: doneSentence([retry], query.done),
      message,
      fate: messageOutcomeText(message),
      life: messageTimeline(message, now),
      retry: mayRetry(message, now) ? operationForm(retry) : undefined,
    })
  })

  app.post('/messages/:id/retry', { schema: { params: z.object({ id }) } }, async (request, reply) => {
    const { params } = request
    const operation = operationNamed([retry], 'retry')
    const done = await runAdminOperation(deps, operation, {
      actor: actorOf(request),
      subject: params,
      typed: {},
    })
    return reply.redirect(`/admin/messages/${params.id}?done=${done}`, 303)
  })
}

const messageCursor = z
  .tuple([cursorInstant, id])
  .transform(([datedAt, id]): MessageCursor => ({ datedAt, id }))
