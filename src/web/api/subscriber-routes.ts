import { z } from 'zod'
import { changeByOperator } from '../../account/change-by-operator.ts'
import { eraseSubscriber } from '../../account/erase-subscriber.ts'
import { exportSubscriber } from '../../account/export-account.ts'
import {
  jsonOfSubscriber,
  jsonOfSubscriberDetails,
  showNewestSubscribers,
  showSubscriber,
} from '../../account/show-subscriber.ts'
import { addSubscriber } from '../../account/signup/add-subscriber.ts'
import type { Deps } from '../../core/deps.ts'
import { nudgeTransactional } from '../../mail/message.ts'
import { explainSubscriber } from '../../operator/explain-subscriber.ts'
import type { TypedSettings } from '../../subscribers/settings.ts'
import type { Site } from '../pages.ts'
import { cursorInstant, pageOf, readCursor, writeCursor } from './cursor.ts'
import { type Api, changeFaults, iso, operatorFaults, operatorOperation, runApiChange } from './operation.ts'
import { dryRunInQuery, id, idParams } from './schemas/common.ts'
import * as schemas from './schemas/subscribers.ts'

const TAG = 'subscribers'

/** Subscribers: list, find, add, show, change, erase. An address is only in a body, never in a URL. */
export function addApiSubscriberRoutes(api: Api, site: Site): void {
  addLists(api, site)
  addAdding(api, site)
  addOne(api, site)
  addCopies(api, site)
}

function addLists(api: Api, { deps }: Site): void {
  const listed = {
    ...operatorOperation(TAG, 'listSubscribers', 'Subscribers, newest first'),
    querystring: schemas.subscriberQuery,
    response: { 200: schemas.subscribers, ...operatorFaults(422) },
  }
  api.get('/api/subscribers', { schema: listed }, async ({ query: { state, limit, cursor } }) => {
    const list = { name: 'subscribers', filters: { state }, values: z.tuple([cursorInstant, id]) }
    const [createdAt, lastId] = cursor ? readCursor(list, cursor) : []
    const after = createdAt && lastId ? { createdAt, id: lastId } : undefined
    const { shown, last } = pageOf(
      await showNewestSubscribers(deps, { state, after, most: limit + 1 }),
      limit,
    )
    const next = last
      ? writeCursor(list, [last.subscriber.createdAt.toISOString(), last.subscriber.id])
      : null
    return { items: shown.map(jsonOfSubscriber), next }
  })

  const found = {
    ...operatorOperation(TAG, 'findSubscriber', 'The subscriber with an address'),
    body: schemas.find,
    response: { 200: schemas.shownSubscriber, ...changeFaults(404) },
  }
  api.post('/api/subscribers/find', { schema: found }, async ({ body }) =>
    jsonOfSubscriberDetails(await showSubscriber(deps, body)),
  )
}

function addAdding(api: Api, { deps }: Site): void {
  const schema = {
    ...operatorOperation(
      TAG,
      'addSubscriber',
      'Add a subscriber: confirmed with their consent, otherwise with a confirmation email',
    ),
    body: schemas.addition,
    response: { 200: schemas.added, 201: schemas.added, 202: schemas.added, ...changeFaults(409) },
  }
  api.post('/api/subscribers', { schema }, async ({ body }, reply) => {
    const { email, topics, consent, dryRun, ...settings } = body
    const typed = { email, topics, consent, ...settingsAsText(settings) }
    const action = { verb: 'subscribers add', dryRun, email }
    const { result, subscriber } = await runApiChange(deps, action, async (txDeps) => ({
      result: await addSubscriber(txDeps, typed),
      subscriber: jsonOfSubscriberDetails(await showSubscriber(txDeps, { email })),
    }))
    const { confirmed } = result
    const already = confirmed && result.already
    const [mail, held] = confirmed ? [null, null] : [result.mail, result.held ?? null]
    if (mail && !dryRun) await nudgeTransactional(deps)
    const status = dryRun || already ? 200 : confirmed ? 201 : 202
    return reply.code(status).send({ dryRun, confirmed, already, mail, held, subscriber })
  })
}

function addOne(api: Api, { deps }: Site): void {
  const shown = {
    ...operatorOperation(TAG, 'showSubscriber', 'One subscriber'),
    params: idParams,
    response: { 200: schemas.shownSubscriber, ...operatorFaults(404) },
  }
  api.get('/api/subscribers/:id', { schema: shown }, async ({ params }) =>
    jsonOfSubscriberDetails(await showSubscriber(deps, params)),
  )

  const set = {
    ...operatorOperation(TAG, 'setSubscriber', 'Change settings and topics; omitted fields stay the same'),
    params: idParams,
    body: schemas.changes,
    response: { 200: schemas.changed, ...changeFaults(404, 409) },
  }
  api.patch('/api/subscribers/:id', { schema: set }, async ({ params: { id }, body }) => {
    const { topics, dryRun = false, ...settings } = body ?? {}
    const action = { verb: 'subscribers set', subscriberId: id, dryRun }
    const subscriber = await runApiChange(deps, action, async (txDeps: Deps) => {
      await changeByOperator(txDeps, { id, topics, settings: settingsAsText(settings) })
      return jsonOfSubscriberDetails(await showSubscriber(txDeps, { id }))
    })
    return { dryRun, subscriber }
  })

  const erased = {
    ...operatorOperation(
      TAG,
      'eraseSubscriber',
      'Erase a subscriber’s data; a suppressed address stays suppressed',
    ),
    params: idParams,
    querystring: dryRunInQuery,
    response: { 200: schemas.erased, ...changeFaults(404) },
  }
  api.delete('/api/subscribers/:id', { schema: erased }, async ({ params: { id }, query }) => {
    const dryRun = query.dryRun === 'true'
    const action = { verb: 'subscribers erase', subscriberId: id, dryRun }
    await runApiChange(deps, action, (txDeps) => eraseSubscriber(txDeps, { id }))
    return { dryRun, erased: true as const }
  })
}

function addCopies(api: Api, { deps }: Site): void {
  const explained = {
    ...operatorOperation(TAG, 'explainSubscriber', 'Why they did or did not get an email on a date'),
    params: idParams,
    querystring: schemas.explainParams,
    response: { 200: schemas.explanation, ...operatorFaults(404, 422) },
  }
  api.get(
    '/api/subscribers/:id/explain',
    { schema: explained },
    async ({ params: { id }, query: { date } }) => {
      const { steps, ...explanation } = await explainSubscriber(deps, { id, date })
      return { ...explanation, steps: steps.map((step) => ({ ...step, at: iso(step.at) })) }
    },
  )

  const copied = {
    ...operatorOperation(TAG, 'exportSubscriber', 'Everything stored about them'),
    params: idParams,
    response: { 200: schemas.copy, ...operatorFaults(404) },
  }
  api.get('/api/subscribers/:id/export', { schema: copied }, async ({ params }) =>
    schemas.copy.parse(JSON.parse(JSON.stringify(await exportSubscriber(deps, params)))),
  )
}

interface Settings extends Omit<TypedSettings, 'hour' | 'max'> {
  hour?: number
  max?: number
}

/** Turns settings from JSON into the text that the settings reader takes; absent settings stay absent. */
function settingsAsText({ hour, max, ...texts }: Settings): TypedSettings {
  return {
    ...texts,
    ...(hour !== undefined && { hour: String(hour) }),
    ...(max !== undefined && { max: String(max) }),
  }
}
