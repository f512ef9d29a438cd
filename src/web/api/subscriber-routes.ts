import { z } from 'zod'
import { changeByOperator } from '../../account/change-by-operator.ts'
import { eraseSubscriber } from '../../account/erase-subscriber.ts'
import { exportSubscriber } from '../../account/export-account.ts'
import { showNewestSubscribers, showSubscriber } from '../../account/show-subscriber.ts'
import { addSubscriber } from '../../account/signup/add-subscriber.ts'
import { jsonOfShown, jsonOfSubscriber } from '../../account/subscriber-json.ts'
import type { Deps } from '../../core/deps.ts'
import { nudgeAnswers } from '../../mail/nudge-answers.ts'
import { explainSubscriber } from '../../operator/explain-subscriber.ts'
import type { Site } from '../site.ts'
import { at, cursorOf, pageOf, placeIn } from './cursor.ts'
import { dryRunInQuery, id, idParams } from './schemas/kinds.ts'
import * as schemas from './schemas/subscribers.ts'
import { type Api, change, changeFaults, closed, iso, operatorFaults } from './scope.ts'
import { typedSettings } from './typed-settings.ts'

const TAG = 'subscribers'

/** Who gets digests: list, find, add, look, set, erase. An address stands in a body, never in a URL. */
export function addSubscriberRoutes(api: Api, site: Site): void {
  addLists(api, site)
  addAdding(api, site)
  addOne(api, site)
  addCopies(api, site)
}

function addLists(api: Api, { deps }: Site): void {
  const listed = {
    ...closed(TAG, 'listSubscribers', 'Subscribers, newest first'),
    querystring: schemas.subscriberQuery,
    response: { 200: schemas.subscribers, ...operatorFaults(422) },
  }
  api.get('/api/subscribers', { schema: listed }, async ({ query: { state, limit, cursor } }) => {
    const list = { name: 'subscribers', filters: { state }, place: z.tuple([at, id]) }
    const [createdAt, lastId] = cursor ? placeIn(list, cursor) : []
    const after = createdAt && lastId ? { createdAt, id: lastId } : undefined
    const { shown, last } = pageOf(
      await showNewestSubscribers(deps, { state, after, most: limit + 1 }),
      limit,
    )
    const next = last ? cursorOf(list, [last.subscriber.createdAt.toISOString(), last.subscriber.id]) : null
    return { items: shown.map(jsonOfSubscriber), next }
  })

  const found = {
    ...closed(TAG, 'findSubscriber', 'The subscriber with an address'),
    body: schemas.find,
    response: { 200: schemas.shown, ...changeFaults(404) },
  }
  api.post('/api/subscribers/find', { schema: found }, async ({ body }) =>
    jsonOfShown(await showSubscriber(deps, body)),
  )
}

function addAdding(api: Api, { deps }: Site): void {
  const schema = {
    ...closed(
      TAG,
      'addSubscriber',
      'Add a subscriber: confirmed with their consent, otherwise with a confirmation email',
    ),
    body: schemas.addition,
    response: { 200: schemas.added, 201: schemas.added, 202: schemas.added, ...changeFaults(409) },
  }
  api.post('/api/subscribers', { schema }, async ({ body }, reply) => {
    const { email, topics, consent, dryRun, ...settings } = body
    const typed = { email, topics, consent, ...typedSettings(settings) }
    const doing = { verb: 'subscribers add', dryRun, email }
    const { result, subscriber } = await change(deps, doing, async (tried) => ({
      result: await addSubscriber(tried, typed),
      subscriber: jsonOfShown(await showSubscriber(tried, { email })),
    }))
    const { confirmed } = result
    const already = confirmed && result.already
    const [mail, held] = confirmed ? [null, null] : [result.mail, result.held ?? null]
    if (mail && !dryRun) await nudgeAnswers(deps)
    const status = dryRun || already ? 200 : confirmed ? 201 : 202
    return reply.code(status).send({ dryRun, confirmed, already, mail, held, subscriber })
  })
}

function addOne(api: Api, { deps }: Site): void {
  const shown = {
    ...closed(TAG, 'showSubscriber', 'One subscriber'),
    params: idParams,
    response: { 200: schemas.shown, ...operatorFaults(404) },
  }
  api.get('/api/subscribers/:id', { schema: shown }, async ({ params }) =>
    jsonOfShown(await showSubscriber(deps, params)),
  )

  const set = {
    ...closed(TAG, 'setSubscriber', 'Change settings and topics; omitted fields stay the same'),
    params: idParams,
    body: schemas.changes,
    response: { 200: schemas.changed, ...changeFaults(404, 409) },
  }
  api.patch('/api/subscribers/:id', { schema: set }, async ({ params: { id }, body }) => {
    const { topics, dryRun = false, ...settings } = body ?? {}
    const doing = { verb: 'subscribers set', subscriberId: id, dryRun }
    const subscriber = await change(deps, doing, async (tried: Deps) => {
      await changeByOperator(tried, { id, topics, settings: typedSettings(settings) })
      return jsonOfShown(await showSubscriber(tried, { id }))
    })
    return { dryRun, subscriber }
  })

  const erased = {
    ...closed(TAG, 'eraseSubscriber', 'Erase a subscriber’s data; a suppressed address stays suppressed'),
    params: idParams,
    querystring: dryRunInQuery,
    response: { 200: schemas.erased, ...changeFaults(404) },
  }
  api.delete('/api/subscribers/:id', { schema: erased }, async ({ params: { id }, query }) => {
    const dryRun = query.dryRun === 'true'
    const doing = { verb: 'subscribers erase', subscriberId: id, dryRun }
    await change(deps, doing, (tried) => eraseSubscriber(tried, { id }))
    return { dryRun, erased: true as const }
  })
}

function addCopies(api: Api, { deps }: Site): void {
  const explained = {
    ...closed(TAG, 'explainSubscriber', 'Why they did or did not get an email on a date'),
    params: idParams,
    querystring: schemas.explainQuery,
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
    ...closed(TAG, 'exportSubscriber', 'Everything stored about them'),
    params: idParams,
    response: { 200: schemas.copy, ...operatorFaults(404) },
  }
  api.get('/api/subscribers/:id/export', { schema: copied }, async ({ params }) =>
    schemas.copy.parse(JSON.parse(JSON.stringify(await exportSubscriber(deps, params)))),
  )
}
