import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { readAhead } from '../../account/signup/read-ahead.ts'
import { requireOpen, subscribe } from '../../account/signup/subscribe.ts'
import { Fault } from '../../core/errors.ts'
import { timed, withSearchSlot, withSearchSlotOr } from '../../search/search-slot.ts'
import { type CheckedSignup, readSignup, readTypedSettings } from '../../subscribers/read-signup.ts'
import { queriesIn, readForm, type SubscribeForm, settingsInQuery, topicsInQuery } from '../request.ts'
import type { Site } from '../site.ts'
import { askAgain } from './ask-again.ts'
import { shownForm } from './form-view.ts'
import { inboxPath, type SentForm } from './inbox-token.ts'
import { formPreview } from './preview-routes.ts'
import { readTopicsInSlot } from './read-topics.ts'
import { topicButtons } from './topic-buttons.ts'
import { whenText } from './wish-view.ts'

/** The form, and the page after it. Nothing here tells whether an address is known. */
export function addSubscribeRoutes(app: FastifyInstance, site: Site): void {
  const { deps, pages } = site

  app.get<{ Querystring: { change?: unknown } }>('/subscribe', async (request, reply) => {
    const { query } = request
    const settings = settingsInQuery(query)
    const settingsOpen = Object.keys(settings).length > 0
    const typed = { ...settings, topics: topicsInQuery(query) }
    const keepsTopics = query.change === '1'
    return pages.send(reply, 'subscribe', {
      form: await shownForm(deps, { typed, settingsOpen, keepsTopics }, request),
    })
  })

  addWhen(app, site)
  addForm(app, site)
}

/** What the line about hour, zone and days says of others: for a script, which writes it in. */
function addWhen(app: FastifyInstance, { deps }: Site): void {
  app.get('/subscribe/when', async ({ query }, reply) => {
    reply.type('text/plain; charset=utf-8')
    try {
      const settings = readTypedSettings(deps.config, settingsInQuery(query))
      return reply.send(whenText(settings, deps.clock.now()))
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      return reply.code(error.status).send(error.sentence)
    }
  })
}

function addForm(app: FastifyInstance, site: Site): void {
  const { deps } = site
  // Also answers what is refused before the fields can be read: too much, or no form at all.
  const errorHandler = (error: Error, request: FastifyRequest, reply: FastifyReply) =>
    askAgain(site, request, reply, { error })

  app.post('/subscribe', { errorHandler }, async (request, reply) => {
    const form = readForm(request.body)
    try {
      if (form.adds || form.removes !== null) return await pressTopics(site, request, reply, form)
      await readTopicsInSlot(deps, request, form)
      const checked = readSignup(deps.config, form.typed)
      requireOpen(deps.config, checked.address)
      if (form.isBanner && (await warn(site, request, reply, { form, checked }))) return reply
      await take(site, request, { form, checked })
      return reply.redirect(inboxPath(deps.config, sentForm({ form, checked }), deps.clock.now()), 303)
    } catch (error) {
      return askAgain(site, request, reply, { form, error })
    }
  })
}

/** A button for topics: reads and describes all of them, which takes a search slot. */
const pressTopics = (
  { deps, pages }: Site,
  request: FastifyRequest,
  reply: FastifyReply,
  form: SubscribeForm,
): Promise<FastifyReply> =>
  withSearchSlot(deps, request, queriesIn(form), async (spend) => {
    const { keepsTopics } = form
    await readAhead(form.typed.topics, spend)
    const pressed = timed(spend, () => topicButtons(form))
    return pages.send(reply, 'subscribe', {
      form: await shownForm(deps, { ...pressed, keepsTopics }, spend),
    })
  })

/**
 * Shows the whole form first if a topic matches nothing lately, or contains a word that no paper does: true then. This
 * depends on the topics only. Without a free search slot there is no warning.
 */
function warn(
  site: Site,
  request: FastifyRequest,
  reply: FastifyReply,
  { form, checked }: Taken,
): Promise<boolean> {
  const { deps, pages } = site
  const queries = checked.wish.topics.map(({ query }) => query)
  if (queries.length === 0) return Promise.resolve(false)
  return withSearchSlotOr(deps, request, { queries, fallback: false }, async (spend) => {
    const preview = await formPreview(site, form, spend)
    const { warnings } = preview
    if (warnings.length === 0) return false
    const view = { form: await shownForm(deps, { typed: form.typed }, spend), preview, warnings }
    pages.send(reply, 'subscribe', view, 422)
    return true
  })
}

/** What the next page shows again; topics of an earlier form are not known here. */
function sentForm({ form: { again, keepsTopics }, checked: { address, wish } }: Taken): SentForm {
  const { topics, ...settings } = wish
  const isEarlier = again || (keepsTopics && topics.length === 0)
  return { email: address.address, settings, topics: isEarlier ? null : topics.map(({ query }) => query) }
}

interface Taken {
  form: SubscribeForm
  checked: CheckedSignup
}

async function take({ deps }: Site, { ip }: FastifyRequest, { form, checked }: Taken): Promise<void> {
  if (form.isProgram) return
  const { again, keepsTopics } = form
  await subscribe(deps, { ...checked, how: 'page', ip, again, keepsTopics })
}
