import type { FastifyInstance } from 'fastify'
import { previewTopics } from '../../digests/preview/preview-topics.ts'
import { type Searcher, withOptionalSearchSlot } from '../../search/search-slot.ts'
import { preparseTopics, settingsInQuery } from '../request.ts'
import { settingsPairs } from '../setting-fields.ts'
import type { Site } from '../site.ts'
import { loadFormView } from './form-view.ts'
import { readInboxToken, type SentForm } from './inbox-token.ts'
import { inboxView } from './inbox-view.ts'
import { latestPerTopic, type PreviewView, previewView } from './preview-view.ts'

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
