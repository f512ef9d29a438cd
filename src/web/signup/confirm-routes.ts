import type { FastifyInstance } from 'fastify'
import { type Confirmation, confirm, openConfirmation } from '../../account/signup/confirm.ts'
import { topicRatesInSlot } from '../../account/signup/topic-rates.ts'
import { previewTopics } from '../../digests/preview/preview-topics.ts'
import { type Searcher, withOptionalSearchSlot } from '../../search/search-slot.ts'
import type { Site } from '../pages.ts'
import { preparseTopics, settingsInQuery } from '../request.ts'
import { settingsPairs } from '../setting-fields.ts'
import { confirmedView, confirmView } from './confirm-view.ts'
import { loadFormView } from './form-view.ts'
import { inboxView, readInboxToken, type SentForm } from './inbox-view.ts'
import { latestPerTopic, type PreviewView, previewView } from './preview-view.ts'

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

/** The page after the form. With an expired token it shows neither address nor topics. */
export function addInboxRoutes(app: FastifyInstance, site: Site): void {
  const { deps, pages } = site
  app.get<{ Params: { token: string } }>('/check-inbox/:token', async (request, reply) => {
    const { token } = request.params
    const sent = readInboxToken(deps.config, token, deps.clock.now())
    const preview = sent && (await previewOf(site, request, sent))
    return pages.send(reply, 'check-inbox', { inbox: inboxView(deps, { sent, token, preview }) })
  })
  app.get<{ Params: { token: string } }>('/check-inbox/:token/change', async (request, reply) => {
    const sent = readInboxToken(deps.config, request.params.token, deps.clock.now())
    if (!sent) return reply.redirect('/subscribe', 303)
    const settings = settingsInQuery({
      ...Object.fromEntries(settingsPairs(sent.settings)),
      days: sent.settings.days,
    })
    const typed = { ...settings, email: sent.email, topics: sent.topics ?? [] }
    return pages.send(reply, 'subscribe', { form: await loadFormView(deps, { typed }, request) })
  })
}

/** Null if no search slot is free. The page cannot change a query, so the preview has no hints. */
async function previewOf({ deps }: Site, searcher: Searcher, sent: SentForm): Promise<PreviewView | null> {
  const { topics, settings } = sent
  if (topics === null) return null
  const preview = await withOptionalSearchSlot(
    deps,
    searcher,
    { queries: topics, fallback: null },
    async (spend) => {
      await preparseTopics(topics, spend)
      const latest = latestPerTopic(topics.length)
      return previewTopics(deps, { queries: topics, latest, most: settings.maxPapers, digest: true, spend })
    },
  )
  if (!preview) return null
  const view = previewView(preview, settings.maxPapers, { baseUrl: deps.config.BASE_URL })
  return { ...view, parts: view.parts.map((part) => ({ ...part, hints: [] })) }
}
