import type { FastifyInstance } from 'fastify'
import { confirm, openConfirmation } from '../flows/signup/confirm.ts'
import { openUndo, resubscribe } from '../flows/subscriber/resubscribe.ts'
import { openUnsubscribe } from '../flows/subscriber/unsubscribe.ts'
import { maskAddress } from '../subscribers/address.ts'
import { CONSENT_WORDING } from '../subscribers/consent.ts'
import { weekdays } from '../words/dates.ts'
import { addOneClick } from './one-click.ts'
import type { Site } from './site.ts'
import { firstMailText, scheduleText, sizeText, topicViews } from './wish-view.ts'

interface WithToken {
  Params: { token: string }
}

/** The pages behind mailed links. A GET shows a button, and only its POST changes anything. */
export function addTokenRoutes(app: FastifyInstance, site: Site): void {
  app.register(async (scope) => {
    scope.addHook('onRequest', async (_request, reply) => {
      reply.header('cache-control', 'no-store').header('x-robots-tag', 'noindex')
    })
    addConfirm(scope, site)
    addUnsubscribe(scope, site)
    addResubscribe(scope, site)
  })
}

function addConfirm(app: FastifyInstance, { deps, pages }: Site): void {
  app.get<WithToken>('/confirm/:token', async ({ params: { token } }, reply) => {
    const confirmation = await openConfirmation(deps, token)
    const { signup, subscriber, topics } = confirmation
    if (signup.confirmedAt) return pages.send(reply, 'confirmed', confirmedData(confirmation, true))
    const joined = subscriber.state === 'active' || subscriber.state === 'paused'
    const asked = new Set(signup.wish.topics.map(({ query }) => query))
    return pages.send(reply, 'confirm', {
      token,
      address: maskAddress(subscriber.address),
      joined,
      topics: topicViews(signup.wish.topics),
      kept: topicViews(topics.filter(({ query }) => !asked.has(query))),
      schedule: scheduleText(joined ? subscriber : signup.wish),
      size: sizeText(joined ? subscriber : signup.wish),
      consent: CONSENT_WORDING.confirming,
    })
  })

  app.post<WithToken>('/confirm/:token', async ({ params: { token } }, reply) => {
    const first = await confirm(deps, token)
    return reply.redirect(`/confirm/${token}${first ? '/done' : ''}`, 303)
  })

  app.get<WithToken>('/confirm/:token/done', async ({ params: { token } }, reply) => {
    const confirmation = await openConfirmation(deps, token)
    if (!confirmation.signup.confirmedAt) return reply.redirect(`/confirm/${token}`, 303)
    return pages.send(reply, 'confirmed', confirmedData(confirmation, false))
  })
}

function confirmedData(
  { signup, subscriber, topics, next }: Awaited<ReturnType<typeof openConfirmation>>,
  again: boolean,
) {
  const has = new Set(topics.map(({ query }) => query))
  return {
    again,
    topics: topicViews(topics),
    leftOut: again ? [] : topicViews(signup.wish.topics.filter(({ query }) => !has.has(query))),
    firstMail: next ? firstMailText(next, subscriber) : null,
    days: weekdays(subscriber.days),
    state: subscriber.state,
  }
}

function addUnsubscribe(app: FastifyInstance, site: Site): void {
  const { deps, pages } = site
  app.get<WithToken>('/unsubscribe/:token', async ({ params: { token } }, reply) => {
    const subscriber = await openUnsubscribe(deps, token)
    return pages.send(reply, 'unsubscribe', { token, address: subscriber && maskAddress(subscriber.address) })
  })
  addOneClick(app, site)
  app.get('/unsubscribed', async (_request, reply) => pages.send(reply, 'unsubscribed', {}))
}

function addResubscribe(app: FastifyInstance, { deps, pages }: Site): void {
  app.get<WithToken>('/resubscribe/:token', async ({ params: { token } }, reply) => {
    const { subscriber, next } = await openUndo(deps, token)
    return pages.send(reply, 'undo', {
      token,
      ended: subscriber.state === 'unsubscribed',
      firstMail: next ? firstMailText(next, subscriber) : null,
      state: subscriber.state,
    })
  })

  app.post<WithToken>('/resubscribe/:token', async ({ params: { token } }, reply) => {
    await resubscribe(deps, token)
    return reply.redirect(`/resubscribe/${token}`, 303)
  })
}
