import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { openLinkHolder } from '../../account/open-manage-page.ts'
import type { Deps } from '../../core/deps.ts'
import { previewTopics } from '../../digests/preview/preview-topics.ts'
import { fill, words } from '../../i18n/words.ts'
import { type RateLimit, requirePermit } from '../../limits/rate-limit.ts'
import { isForeign, mayBeForeign } from '../../queries/language/sentence-words.ts'
import { splitFields } from '../../queries/language/split-topics.ts'
import { exampleQueries } from '../../search/example-queries.ts'
import { forVisitor, forVisitorIfFree } from '../../search/for-visitor.ts'
import { shortTopic } from '../../web/account/change-summary-view.ts'
import { sendManagePage } from '../../web/account/manage-page.ts'
import { showManagePageAgain } from '../../web/account/manage-routes.ts'
import { manageFields } from '../../web/account/manage-view.ts'
import { toFault } from '../../web/errors.ts'
import type { Site } from '../../web/pages.ts'
import { formOf, formText, withToken } from '../../web/request.ts'
import { formView } from '../../web/signup/form-view.ts'
import { formPreview, showFormAgain } from '../../web/signup/preview-routes.ts'
import {
  latestPerTopic,
  type PreviewView,
  previewView,
  withoutOffers,
} from '../../web/signup/preview-view.ts'
import { subscribeFields, subscribeFormOf } from '../../web/signup/subscribe-form.ts'
import { showEnglish } from './english-part.ts'
import { offerInEnglish } from './offer-in-english.ts'
import { readerSettings } from './settings.ts'

/** Each costs the operator a request to the model. */
const OFFERS: RateLimit = {
  name: 'reader-offer',
  label: 'topics in English of one network',
  capacity: 10,
  perSecond: 1 / 60,
}
const MAX_AT_ONCE = 3

/** "0 test-time adaptation": the position, from 0, of a topic in the field, and what replaces it. Empty: asks for offers. */
const fields = { english: formText.default('') }

/** The topics, of which one is what its offer says; null if no button of an offer was pressed. */
function replaced(topics: readonly string[], english: string): string[] | null {
  const [, place, query] = /^(\d{1,4}) (.+)$/s.exec(english) ?? []
  const isThere = query !== undefined && topics[Number(place)] !== undefined
  return isThere ? topics.with(Number(place), query) : null
}

interface OffersInput {
  topics: readonly string[]
  /** Of the person's emails. */
  most: number
  close: boolean
}

/**
 * Asks the reader for topics in English, shows them above the field, and returns their back-test; undefined if there is
 * none. Nothing is replaced. Throws rate.too-many.
 */
async function showOffers(
  { deps }: Site,
  request: FastifyRequest,
  { topics, ...mail }: OffersInput,
): Promise<PreviewView | undefined> {
  const { ask, none, nothing, heading, offer, use } = words.reader.english
  if (topics.length === 0) {
    showEnglish(request, { heading: '', offers: [], notes: [fill(nothing, { ask })] })
    return undefined
  }
  await requirePermit(deps.db, OFFERS, { ip: request.ip })
  const places = topics.map((topic, place) => ({ topic, place }))
  const foreign = places.filter(({ topic }) => isForeign(topic) || mayBeForeign(topic))
  const asked = (foreign.length > 0 ? foreign : places).slice(0, MAX_AT_ONCE)
  const queries = await Promise.all(asked.map(({ topic }) => offerInEnglish(deps, topic)))
  const offered = asked.flatMap((one, i) => (queries[i] ? [{ ...one, query: queries[i] }] : []))
  const preview = await backTest(deps, request, { queries: offered.map(({ query }) => query), ...mail })
  const { model } = readerSettings(deps.config)!
  showEnglish(request, {
    heading: fill(heading, { model }),
    offers: offered.map(({ topic, place, query }, i) => ({
      topic: fill(offer, { topic: shortTopic(topic) }),
      use: fill(use, { query }),
      field: `${place} ${query}`,
      rate: preview?.parts[i]?.rate ?? '',
    })),
    notes: asked.filter((_, i) => !queries[i]).map(({ topic }) => fill(none, { topic: shortTopic(topic) })),
  })
  return preview
}

/** What queries would have brought; undefined without queries, or if too many people search. */
async function backTest(
  deps: Deps,
  request: FastifyRequest,
  { queries, ...mail }: { queries: string[]; most: number; close: boolean },
): Promise<PreviewView | undefined> {
  if (queries.length === 0) return undefined
  const asked = { queries, latest: latestPerTopic(queries.length), ...mail }
  const preview = await forVisitorIfFree(deps, request, null, (deps) => previewTopics(deps, asked))
  const options = { most: mail.most, baseUrl: deps.config.BASE_URL }
  return preview ? withoutOffers(previewView(preview, options)) : undefined
}

/** Topics of the form to sign up, in English. */
export const signupEnglishRoute: FastifyPluginAsyncZod<Site> = async (app, site) => {
  const { deps, pages } = site
  if (!readerSettings(deps.config)) return
  const body = subscribeFields.extend(fields)
  const errorHandler = (error: Error, _request: FastifyRequest, reply: FastifyReply) =>
    showFormAgain(site, reply, { error })
  const options = {
    schema: { body: body.prefault({}) },
    attachValidation: true,
    config: { slots: 'search' },
  } as const
  app.post('/subscribe/english', { ...options, errorHandler }, async (request, reply) => {
    const { english, ...others } = formOf(body, request)
    let form = subscribeFormOf(others)
    const { keepsTopics } = form
    try {
      if (request.validationError) throw request.validationError
      const topics = splitFields(form.typed.topics)
      const taken = replaced(topics, english)
      if (taken) form = { ...form, typed: { ...form.typed, topics: taken } }
      const { typed } = form
      const input = { topics, most: deps.config.DIGEST_MAX, close: typed.related !== 'false' }
      const offered = taken ? undefined : await showOffers(site, request, input)
      return await forVisitor(deps, request, async (deps) => {
        const preview = taken ? await formPreview(deps, form) : offered
        const examples = await exampleQueries(deps, {})
        return pages.send(reply, 'subscribe', {
          form: formView(deps, { typed, keepsTopics, examples }),
          preview,
        })
      })
    } catch (error) {
      return showFormAgain(site, reply, { form, error })
    }
  })
}

/** Topics to add on the manage page, in English. */
export const manageEnglishRoute: FastifyPluginAsyncZod<Site> = async (app, site) => {
  const { deps } = site
  if (!readerSettings(deps.config)) return
  const body = manageFields.extend(fields)
  const options = {
    schema: { ...withToken, body: body.prefault({}) },
    attachValidation: true,
    config: { slots: 'search' },
  } as const
  app.post('/manage/:token/english', options, async (request, reply) => {
    const { token } = request.params
    const { english, ...form } = formOf(body, request)
    try {
      if (request.validationError) throw request.validationError
      const { subscriber } = await openLinkHolder(deps, { token })
      const mail = { most: subscriber.maxPapers, close: subscriber.related }
      const topics = splitFields([form.topic])
      const taken = replaced(topics, english)
      const preview = taken
        ? await backTest(deps, request, { queries: taken.filter((topic) => !isForeign(topic)), ...mail })
        : await showOffers(site, request, { topics, ...mail })
      const topic = (taken ?? topics).join('\n')
      return sendManagePage(site, reply, { token, form: { ...form, topic }, preview })
    } catch (error) {
      return showManagePageAgain(site, reply, { token, form, fault: toFault(error, request) })
    }
  })
}
