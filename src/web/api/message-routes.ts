import { z } from 'zod'
import { listMessages } from '../../mail/outbox/message-list.repo.ts'
import { jsonOfMessage, jsonOfMessageDetails } from '../../operator/message-json.ts'
import { retryMessage, showMessage } from '../../operator/retry-message.ts'
import type { Site } from '../pages.ts'
import { cursorInstant, pageOf, readCursor, writeCursor } from './cursor.ts'
import { type Api, changeFaults, operatorFaults, operatorOperation, runApiChange } from './operation.ts'
import { id, idParams } from './schemas/common.ts'
import { messageQuery, messages, retried, shownMessage, stateOfName } from './schemas/operator.ts'
import { bare } from './schemas/subscribers.ts'

const TAG = 'messages'

/** Emails and their outcomes. */
export function addApiMessageRoutes(api: Api, { deps }: Site): void {
  const listed = {
    ...operatorOperation(TAG, 'listMessages', 'Emails, newest first'),
    querystring: messageQuery,
    response: { 200: messages, ...operatorFaults(422) },
  }
  api.get('/api/messages', { schema: listed }, async ({ query: { limit, cursor, ...filters } }) => {
    const { state, kind, date } = filters
    const list = { name: 'messages', filters, values: z.tuple([cursorInstant, id]) }
    const [datedAt, lastId] = cursor ? readCursor(list, cursor) : []
    const after = datedAt && lastId ? { datedAt, id: lastId } : undefined
    const narrowed = { state: state ? stateOfName(state) : undefined, kind, day: date }
    const wanted = { ...narrowed, after, most: limit + 1 }
    const { shown, last } = pageOf(await listMessages(deps.db, wanted), limit)
    return {
      items: shown.map(jsonOfMessage),
      next: last ? writeCursor(list, [last.datedAt.toISOString(), last.id]) : null,
    }
  })

  const shown = {
    ...operatorOperation(TAG, 'showMessage', 'One email with every attempt and the server’s replies'),
    params: idParams,
    response: { 200: shownMessage, ...operatorFaults(404) },
  }
  api.get('/api/messages/:id', { schema: shown }, async ({ params }) =>
    jsonOfMessageDetails(await showMessage(deps, params)),
  )

  const again = {
    ...operatorOperation(
      TAG,
      'retryMessage',
      'Retry an email that was refused, given up, skipped or is waiting',
    ),
    params: idParams,
    body: bare,
    response: { 200: retried, ...changeFaults(404, 409) },
  }
  api.post('/api/messages/:id/retry', { schema: again }, async ({ params: { id }, body }) => {
    const dryRun = body?.dryRun ?? false
    const message = await runApiChange(
      deps,
      { verb: 'messages retry', detail: id, dryRun },
      async (txDeps) => {
        await retryMessage(txDeps, { id })
        return jsonOfMessageDetails(await showMessage(txDeps, { id }))
      },
    )
    return { dryRun, message }
  })
}
