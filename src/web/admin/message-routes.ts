import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { BOUNCE_CLASSES } from '../../bounces/bounce.repo.ts'
import { type BounceCursor, newestBounces } from '../../bounces/bounce-list.repo.ts'
import { bounceStatus } from '../../bounces/bounce-text.ts'
import { Fault } from '../../core/errors.ts'
import { MESSAGE_STATES } from '../../mail/message.ts'
import { listMessages, type MessageCursor } from '../../mail/outbox/message-list.repo.ts'
import {
  mayRetry,
  messageOutcomeText,
  messageTimeline,
  showMessage,
  stateName,
} from '../../operator/message-details.ts'
import { classRows } from '../../operator/operations/bounces.ts'
import { cursorInstant } from '../../operator/operations/cursor.ts'
import { id } from '../../operator/operations/fields.ts'
import { retry } from '../../operator/operations/messages.ts'
import { numberField, optionalText } from '../request.ts'
import { type AdminSite, lineField, ROWS_PER_PAGE, takePage } from './admin-site.ts'
import { doneSentence, operationForm, operationNamed, runAdminOperation } from './operation-forms.ts'

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

  app.post('/messages/:id/retry', { schema: { params: z.object({ id }) } }, async ({ params }, reply) => {
    const operation = operationNamed([retry], 'retry')
    const done = await runAdminOperation(deps, operation, { subject: params, typed: {} })
    return reply.redirect(`/admin/messages/${params.id}?done=${done}`, 303)
  })
}

const messageCursor = z
  .tuple([cursorInstant, id])
  .transform(([datedAt, id]): MessageCursor => ({ datedAt, id }))

/** Parses a position such as "2026-11-24T08:00:00.000Z~id". Throws page.not-found. */
function parseCursor<T extends z.ZodType>(cursor: T, after: unknown): z.output<T> | undefined {
  if (after === undefined) return undefined
  const { success, data } = cursor.safeParse(String(after).split('~'))
  if (!success) throw new Fault('page.not-found')
  return data
}

const returnFilters = z.object({
  class: z.enum(BOUNCE_CLASSES).optional().catch(undefined),
  domain: lineField.catch(''),
  after: z.unknown().optional(),
})

/** Bounces and complaints: what `bounces status` says, and each one. */
export const returnRoutes: FastifyPluginAsyncZod<AdminSite> = async (app, { deps, send }) => {
  app.get('/returns', { schema: { querystring: returnFilters } }, async ({ query }, reply) => {
    const { class: kind } = query
    const domain = query.domain || undefined
    const wanted = {
      class: kind,
      domain,
      after: parseCursor(returnCursor, query.after),
      most: ROWS_PER_PAGE + 1,
    }
    const { rows, more } = takePage(await newestBounces(deps.db, wanted))
    const last = rows.at(-1)
    const status = await bounceStatus(deps)
    return send(reply, 'returns', {
      ...status,
      classes: classRows(status),
      kind: kind ?? '',
      kinds: BOUNCE_CLASSES,
      domain: domain ?? '',
      rows,
      next: more && last ? `${last.at.toISOString()}~${last.reportId}~${last.n}` : '',
      path: (changes: object) =>
        `/admin/returns?${new URLSearchParams(filled({ class: kind, domain, ...changes }))}`,
    })
  })
}

const filled = (fields: Record<string, string | undefined>): [string, string][] =>
  Object.entries(fields).flatMap(([name, value]): [string, string][] => (value ? [[name, value]] : []))

const number = z.string().transform((text) => numberField().parse(text))
const returnCursor = z
  .tuple([cursorInstant, number, number])
  .transform(([at, reportId, n]): BounceCursor => ({ at, reportId, n }))
