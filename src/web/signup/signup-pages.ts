import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { confirm, openConfirmation } from '../../account/signup/confirm.ts'
import { requireSignupOpen, subscribe } from '../../account/signup/subscribe.ts'
import { topicRatesFor } from '../../account/signup/topic-rates.ts'
import { Fault, readFields } from '../../core/errors.ts'
import { previewTopics } from '../../digests/preview/preview-topics.ts'
import { exampleQueries } from '../../search/example-queries.ts'
import { forVisitorIfFree, type Searcher } from '../../search/for-visitor.ts'
import { type CheckedSignup, readTypedSettings } from '../../subscribers/read-signup.ts'
import { whenText } from '../account/change-summary-view.ts'
import { cacheForOneMinute } from '../page-cache.ts'
import type { Site } from '../pages.ts'
import {
  markPrivate,
  optionalText,
  SETTINGS_IN_QUERY,
  settingsInQuery,
  settingsOfForm,
  topicsInQuery,
  withToken,
} from '../request.ts'
import { settingsPairs } from '../setting-fields.ts'
import { confirmedView, confirmView } from './confirm-view.ts'
import { formView } from './form-view.ts'
import { inboxPath, inboxView, readInboxToken, type SentForm, suggestedDomain } from './inbox-view.ts'
import { formPreview, searchesOfForm, showFormAgain, topicPreviewRoutes } from './preview-routes.ts'
import { latestPerTopic, type PreviewView, previewView, withoutOffers } from './preview-view.ts'
import { readSignupForm, readSubscribeForm, type SubscribeForm, subscribeFields } from './subscribe-form.ts'

/** Signing up: the form, its preview, the page after it, and the confirmation. */
export const signupPages: FastifyPluginAsyncZod<Site> = async (app, site) => {
  app.register(subscribeRoutes, site)
  app.register(topicPreviewRoutes, site)
  app.register(async (scope) => {
    scope.addHook('onRequest', markPrivate)
    scope.register(inboxRoutes, site)
    scope.register(confirmRoutes, site)
  })
}

const SEARCH = { slots: 'search' } as const

/** The form. No response reveals whether an address is known. */
const subscribeRoutes: FastifyPluginAsyncZod<Site> = async (app, site) => {
  const { deps, pages } = site
  const prefilled = settingsInQuery.and(z.object({ topic: topicsInQuery, change: optionalText }))
  const config = { ...SEARCH, cachedBy: [] }
  app.get('/subscribe', { schema: { querystring: prefilled }, config }, async (request, reply) => {
    const { topic: topics, change, ...settings } = request.query
    // Any other parameter would bypass the cache of the empty form, and cost a search.
    if (hasOnlyOtherNames(request.url)) return reply.redirect('/subscribe')
    const typed = { ...settings, topics }
    const keepsTopics = change === '1'
    const { preview, ...found } = await searchesOfForm(site, request, typed, keepsTopics)
    // The empty form is the same for everyone; its searches cost the first visitor of a minute.
    if (preview && topics.length === 0) cacheForOneMinute(reply)
    return pages.send(reply, 'subscribe', { form: formView(deps, { typed, keepsTopics, ...found }), preview })
  })

  // The text about hour, time zone and days for other values: a script inserts it into the form.
  app.get('/subscribe/when', { schema: { querystring: settingsOfForm } }, async ({ query }, reply) => {
    reply.type('text/plain; charset=utf-8')
    try {
      return reply.send(whenText(readTypedSettings(deps.config, query), deps.clock.now()))
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      return reply.code(error.status).send(error.sentence)
    }
  })

  const schema = { body: subscribeFields.prefault({}) }
  // Also handles requests that are refused before the fields can be read: bodies that are too large or not a form.
  const errorHandler = (error: Error, _request: FastifyRequest, reply: FastifyReply) =>
    showFormAgain(site, reply, { error })

  app.post(
    '/subscribe',
    { schema, attachValidation: true, errorHandler, config: SEARCH },
    async (request, reply) => {
      const form = readSubscribeForm(request)
      try {
        if (request.validationError) throw request.validationError
        const checked = await readSignupForm(deps, request, form)
        requireTopicAndNoTypo(form, checked)
        requireSignupOpen(deps.config, checked.address)
        if (form.isFromBanner && (await warnAboutTopics(site, reply, { form, checked }))) return reply
        const { isBot, again, keepsTopics } = form
        if (!isBot) await subscribe(deps, { ...checked, how: 'page', ip: request.ip, again, keepsTopics })
        return reply.redirect(inboxPath(deps.config, sentForm({ form, checked }), deps.clock.now()), 303)
      } catch (error) {
        return showFormAgain(site, reply, { form, error })
      }
    },
  )
}

const NAMES_IN_LINK = [...SETTINGS_IN_QUERY, 'topic', 'change']

/** Whether a URL of the form has parameters, but none that the form reads. */
function hasOnlyOtherNames(url: string): boolean {
  const [, query = ''] = url.split('?', 2)
  const names = [...new URLSearchParams(query).keys()]
  return names.length > 0 && !names.some((name) => NAMES_IN_LINK.includes(name))
}

/** Throws FieldFaults; a sender who insists on an address, or asks for another email to it, has seen the hint. */
function requireTopicAndNoTypo(form: SubscribeForm, { address, request }: CheckedSignup): void {
  const domain = form.isSure || form.again ? undefined : suggestedDomain(address)
  readFields((fields) => {
    fields.read('email', undefined, () => {
      if (domain) throw new Fault('address.typo', { domain })
    })
    fields.read('topic', undefined, () => {
      if (form.needsTopic && request.topics.length === 0) throw new Fault('topic.none')
    })
  })
}

/**
 * Shows the whole form first, and returns true, if a topic matches nothing recently or contains a word that no paper
 * has. This depends only on the topics. If its search is refused, there is no warning.
 */
function warnAboutTopics(
  site: Site,
  reply: FastifyReply,
  { form, checked }: SubmittedForm,
): Promise<boolean> {
  const { deps, pages } = site
  const { request } = reply
  const queries = checked.request.topics.map(({ query }) => query)
  if (queries.length === 0) return Promise.resolve(false)
  return forVisitorIfFree(deps, request, false, async (deps) => {
    const preview = await formPreview(deps, form)
    const { warnings } = preview
    if (warnings.length === 0) return false
    const examples = await exampleQueries(deps, {})
    const view = {
      form: formView(deps, { typed: form.typed, examples }),
      preview,
      warnings,
    }
    pages.send(reply, 'subscribe', view, 422)
    return true
  })
}

/** The data for the next page; the topics of an earlier form are not available here. */
function sentForm({ form: { again, keepsTopics }, checked: { address, request } }: SubmittedForm): SentForm {
  const { topics, ...settings } = request
  const isEarlier = again || (keepsTopics && topics.length === 0)
  return { email: address.address, settings, topics: isEarlier ? null : topics.map(({ query }) => query) }
}

interface SubmittedForm {
  form: SubscribeForm
  checked: CheckedSignup
}

/** The pages behind the link in a confirmation email. A GET shows a button; only its POST changes something. */
const confirmRoutes: FastifyPluginAsyncZod<Site> = async (app, { deps, pages }) => {
  const sender = deps.config.MAIL_FROM
  const show = async (reply: FastifyReply, token: string, { pressed }: { pressed: boolean }) => {
    const confirmation = await openConfirmation(deps, token)
    const { signup, topics } = confirmation
    if (pressed && !signup.confirmedAt) return reply.redirect(`/confirm/${token}`, 303)
    const queries = [...new Set([...signup.request.topics, ...topics].map(({ query }) => query))]
    const rates = await topicRatesFor(deps, reply.request, queries)
    return signup.confirmedAt
      ? pages.send(reply, 'confirmed', confirmedView(confirmation, rates, { pressed, sender }))
      : pages.send(reply, 'confirm', confirmView(confirmation, rates, token))
  }

  app.get('/confirm/:token', { schema: withToken }, async ({ params: { token } }, reply) =>
    show(reply, token, { pressed: false }),
  )

  app.post('/confirm/:token', { schema: withToken }, async ({ params: { token } }, reply) => {
    const first = await confirm(deps, token)
    return reply.redirect(`/confirm/${token}${first ? '/done' : ''}`, 303)
  })

  app.get('/confirm/:token/done', { schema: withToken }, async ({ params: { token } }, reply) =>
    show(reply, token, { pressed: true }),
  )
}

/** The page after the form. With an expired token it shows neither address nor topics. */
const inboxRoutes: FastifyPluginAsyncZod<Site> = async (app, site) => {
  const { deps, pages } = site
  app.get('/check-inbox/:token', { schema: withToken, config: SEARCH }, async (request, reply) => {
    const { token } = request.params
    const sent = readInboxToken(deps.config, token, deps.clock.now())
    const preview = sent && (await previewOf(site, request, sent))
    return pages.send(reply, 'check-inbox', { inbox: inboxView(deps, { sent, token, preview }) })
  })
  app.get('/check-inbox/:token/change', { schema: withToken, config: SEARCH }, async (request, reply) => {
    const sent = readInboxToken(deps.config, request.params.token, deps.clock.now())
    if (!sent) return reply.redirect('/subscribe', 303)
    const { days } = sent.settings
    const settings = settingsInQuery.parse({ ...Object.fromEntries(settingsPairs(sent.settings)), days })
    const typed = { ...settings, email: sent.email, topics: sent.topics ?? [] }
    const { preview, ...found } = await searchesOfForm(site, request, typed, false)
    return pages.send(reply, 'subscribe', { form: formView(deps, { typed, ...found }), preview })
  })
}

/** Null if too many people search. The page cannot change a query, so the preview has no offers. */
async function previewOf({ deps }: Site, searcher: Searcher, sent: SentForm): Promise<PreviewView | null> {
  const { topics, settings } = sent
  if (topics === null) return null
  const { maxPapers: most, related: close } = settings
  const latest = latestPerTopic(topics.length)
  const asked = { queries: topics, latest, most, close, digest: true, withMatch: true }
  const preview = await forVisitorIfFree(deps, searcher, null, (deps) => previewTopics(deps, asked))
  return preview && withoutOffers(previewView(preview, { most, baseUrl: deps.config.BASE_URL }))
}
