import { z } from 'zod'
import { listMessages } from '../../mail/outbox/message-list.repo.ts'
import { jsonOfMessage, jsonOfShownMessage } from '../../operator/message-json.ts'
import { retryMessage, showMessage } from '../../operator/retry-message.ts'
import type { Site } from '../site.ts'
import { at, cursorOf, pageOf, placeIn } from './cursor.ts'
import { id, idParams } from './schemas/kinds.ts'
import { messageQuery, messages, retried, shownMessage, stateNamed } from './schemas/operation.ts'
import { bare } from './schemas/subscribers.ts'
import { type Api, change, changeFaults, closed, operatorFaults } from './scope.ts'

const TAG = 'messages'

/** Mails, and what became of them. */
export function addMessageRoutes(api: Api, { deps }: Site): void {
  const listed = {
    ...closed(TAG, 'listMessages', 'Emails, newest first'),
    querystring: messageQuery,
    response: { 200: messages, ...operatorFaults(422) },
  }
  api.get('/api/messages', { schema: listed }, async ({ query: { limit, cursor, ...filters } }) => {
    const { state, kind, date } = filters
    const list = { name: 'messages', filters, place: z.tuple([at, id]) }
    const [datedAt, lastId] = cursor ? placeIn(list, cursor) : []
    const after = datedAt && lastId ? { datedAt, id: lastId } : undefined
    const narrowed = { state: state ? stateNamed(state) : undefined, kind, day: date }
    const wanted = { ...narrowed, after, most: limit + 1 }
    const { shown, last } = pageOf(await listMessages(deps.db, wanted), limit)
    return {
      items: shown.map(jsonOfMessage),
      next: last ? cursorOf(list, [last.datedAt.toISOString(), last.id]) : null,
    }
  })

  const shown = {
    ...closed(TAG, 'showMessage', 'One email with every attempt and the server’s replies'),
    params: idParams,
    response: { 200: shownMessage, ...operatorFaults(404) },
  }
  api.get('/api/messages/:id', { schema: shown }, async ({ params }) =>
    jsonOfShownMessage(await showMessage(deps, params)),
  )

  const again = {
    ...closed(TAG, 'retryMessage', 'Retry an email that was refused, given up, skipped or is waiting'),
    params: idParams,
    body: bare,
    response: { 200: retried, ...changeFaults(404, 409) },
  }
  api.post('/api/messages/:id/retry', { schema: again }, async ({ params: { id }, body }) => {
    const dryRun = body?.dryRun ?? false
    const message = await change(deps, { verb: 'messages retry', detail: id, dryRun }, async (tried) => {
      await retryMessage(tried, { id })
      return jsonOfShownMessage(await showMessage(tried, { id }))
    })
    return { dryRun, message }
  })
}
