import type { FastifyInstance } from 'fastify'
import { type Confirmation, confirm, openConfirmation } from '../../account/signup/confirm.ts'
import { topicRatesInSlot } from '../../account/signup/topic-rates.ts'
import type { Searcher } from '../../search/search-slot.ts'
import type { Site } from '../site.ts'
import { confirmedView, confirmView } from './confirm-view.ts'

interface WithToken {
  Params: { token: string }
}

/** The pages behind the link in a confirmation email. A GET shows a button; only its POST changes something. */
export function addConfirmRoutes(app: FastifyInstance, { deps, pages }: Site): void {
  const sender = deps.config.MAIL_FROM
  const ratesOf = (request: Searcher, { signup, topics }: Confirmation) => {
    const queries = [...new Set([...signup.wish.topics, ...topics].map(({ query }) => query))]
    return topicRatesInSlot(deps, request, queries)
  }

  app.get<WithToken>('/confirm/:token', async ({ params: { token } }, reply) => {
    const confirmation = await openConfirmation(deps, token)
    const rates = await ratesOf(reply.request, confirmation)
    if (confirmation.signup.confirmedAt) {
      return pages.send(reply, 'confirmed', confirmedView(confirmation, rates, { pressed: false, sender }))
    }
    return pages.send(reply, 'confirm', confirmView(confirmation, rates, token))
  })

  app.post<WithToken>('/confirm/:token', async ({ params: { token } }, reply) => {
    const first = await confirm(deps, token)
    return reply.redirect(`/confirm/${token}${first ? '/done' : ''}`, 303)
  })

  app.get<WithToken>('/confirm/:token/done', async ({ params: { token } }, reply) => {
    const confirmation = await openConfirmation(deps, token)
    if (!confirmation.signup.confirmedAt) return reply.redirect(`/confirm/${token}`, 303)
    const rates = await ratesOf(reply.request, confirmation)
    return pages.send(reply, 'confirmed', confirmedView(confirmation, rates, { pressed: true, sender }))
  })
}
