import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { z } from 'zod'
import { undefinedIfFault } from '../../core/errors.ts'
import { jsonOfTopicPreview } from '../../digests/preview/preview-json.ts'
import { previewTopics } from '../../digests/preview/preview-topics.ts'
import { splitFields } from '../../queries/language/split-topics.ts'
import { proposeFromLibrary } from '../../search/library/propose-from-library.ts'
import {
  isTemporaryRefusal,
  LIBRARY,
  type Searcher,
  withOptionalSearchSlot,
  withSearchSlot,
} from '../../search/search-slot.ts'
import type { Spend } from '../../search/yield-to-event-loop.ts'
import { readTopics, readTypedSettings } from '../../subscribers/read-signup.ts'
import { logFault, toFault } from '../errors.ts'
import {
  acceptFiles,
  freshTopics,
  keptLibrary,
  libraryAfterOffer,
  libraryFields,
  libraryOf,
  libraryView,
  pastedLibrary,
  queriesOf,
  requireLibrary,
  type SentLibrary,
  type ShownLibrary,
} from '../library-form.ts'
import type { Site } from '../pages.ts'
import { formOf, isJson } from '../request.ts'
import { formView } from './form-view.ts'
import { inboxView } from './inbox-view.ts'
import { latestPerTopic, type PreviewView, previewOfFault, previewView } from './preview-view.ts'
import {
  preparseTopics,
  previewQuery,
  queriesIn,
  readSubscribeForm,
  type SubscribeForm,
  subscribeFields,
  subscribeFormOf,
} from './subscribe-form.ts'

/** What topics would have matched: the whole form with a preview, only the preview (htmx), or JSON. Changes nothing. */
export const topicPreviewRoutes: FastifyPluginAsyncZod<Site> = async (app, site) => {
  const errorHandler = async (error: Error, request: FastifyRequest, reply: FastifyReply) => {
    if (isJson(request)) throw error
    return showFormAgain(site, reply, { error })
  }

  app.register(libraryRoute, site)
  // For a reader who reloads a preview.
  app.get('/preview', (_request, reply) => reply.redirect('/subscribe', 303))

  const schema = {
    body: {
      content: {
        'application/json': { schema: previewQuery },
        'application/x-www-form-urlencoded': { schema: subscribeFields.prefault({}) },
      },
    },
  }
  const options = { schema, attachValidation: true, config: { slots: 'search' } } as const
  app.post('/preview', { ...options, errorHandler }, async (request, reply) => {
    if (isJson(request)) {
      if (request.validationError) throw request.validationError
      return reply.send(await previewJson(site, request, request.body as PreviewQuery))
    }
    const form = readSubscribeForm(request)
    try {
      if (request.validationError) throw request.validationError
      return await withSearchSlot(site.deps, request, queriesIn(form), async (spend) => {
        await preparseTopics(form.typed.topics, spend)
        const typed = withReplacement(form)
        return sendPreview(site, reply, { ...form, typed }, await formPreview(site, { typed }, spend))
      })
    } catch (error) {
      return showFormAgain(site, reply, { form, error })
    }
  })
}

/** The form with topics proposed from a library, and their preview. Nothing of the library is kept. */
const libraryRoute: FastifyPluginAsyncZod<Site> = async (app, site) => {
  const { deps, pages } = site
  acceptFiles(app)
  const fields = subscribeFields.extend(libraryFields)
  const errorHandler = (error: Error, _request: FastifyRequest, reply: FastifyReply) =>
    showFormAgain(site, reply, { error })
  const schema = { body: fields.prefault({}) }
  const options = { schema, attachValidation: true, config: { slots: 'upload' } } as const
  app.post('/subscribe/library', { ...options, errorHandler }, async (request, reply) => {
    const { 'library-file': file, offer, offered, ...others } = formOf(fields, request)
    const sent = libraryOf({ library: others.library, 'library-file': file })
    let form = subscribeFormOf(others)
    try {
      if (request.validationError) throw request.validationError
      const taken = splitFields(form.typed.topics)
      const send = async (spend: Spend, added: string[], library: ShownLibrary) => {
        const typed = { ...form.typed, topics: [...form.typed.topics, ...added].filter(Boolean) }
        form = { ...form, typed }
        await preparseTopics(typed.topics, spend)
        const preview = typed.topics.length > 0 ? await formPreview(site, form, spend) : undefined
        const filled = { typed, keepsTopics: form.keepsTopics, said: library.said, library }
        return pages.send(reply, 'subscribe', { form: formView(deps, filled), preview })
      }
      if (offer) {
        const library = { ...libraryAfterOffer({ offer, offered }, taken), ...pastedLibrary(request) }
        const queries = [offer, ...queriesIn(form)]
        return await withSearchSlot(deps, request, queries, (spend) => send(spend, [offer], library))
      }
      requireLibrary(sent)
      const propose = async (spend: Spend) => {
        const proposal = await proposeFromLibrary(deps, sent.text, spend)
        const fresh = freshTopics(proposal, taken)
        const library = libraryView(sent, proposal, { fresh, taken })
        return send(spend, queriesOf(fresh), library)
      }
      return await withSearchSlot(deps, request, [sent.text, ...queriesIn(form)], propose, LIBRARY)
    } catch (error) {
      return showFormAgain(site, reply, { form, error, sent })
    }
  })
}

/** The preview of the topics in a link to the form. Undefined without topics, if one cannot be read, or without a free slot. */
export async function previewOfLink(
  site: Site,
  request: Searcher,
  typed: PreviewedForm['typed'],
): Promise<PreviewView | undefined> {
  const { topics } = typed
  if (topics.length === 0) return undefined
  const asked = { queries: topics, fallback: undefined }
  return withOptionalSearchSlot(site.deps, request, asked, async (spend) => {
    await preparseTopics(topics, spend)
    const readable = undefinedIfFault(() => readTopics(typed))
    return readable ? formPreview(site, { typed }, spend) : undefined
  })
}

type PreviewedForm = { typed: Pick<SubscribeForm['typed'], 'topics'> & Partial<SubscribeForm['typed']> }

export async function formPreview(site: Site, form: PreviewedForm, spend: Spend): Promise<PreviewView> {
  const { deps } = site
  const queries = readTopics(form.typed).map(({ query }) => query)
  const most = mostPapers(site, form)
  const close = form.typed.related !== 'false'
  const asked = { queries, latest: latestPerTopic(queries.length), most, close, digest: true, spend }
  return previewView(await previewTopics(deps, asked), { most, baseUrl: deps.config.BASE_URL })
}

/** The fields of the form after a button replaced a topic. Throws FieldFaults. */
function withReplacement({ typed, replacement }: SubscribeForm): SubscribeForm['typed'] {
  if (!replacement) return typed
  const topics = readTopics(typed).map(({ query }) => query)
  if (topics[replacement.place] === undefined) return typed
  return { ...typed, topics: topics.with(replacement.place, replacement.query) }
}

type PreviewQuery = z.output<typeof previewQuery>

export async function previewJson({ deps }: Site, searcher: Searcher, { query, days, others }: PreviewQuery) {
  const preview = await withSearchSlot(deps, searcher, [query, ...others], async (spend) => {
    await preparseTopics(others, spend)
    const besides = readTopics({ topics: others })
    return previewTopics(deps, { queries: [query], days, others: besides, spend })
  })
  return jsonOfTopicPreview(preview, preview.topics[0]!)
}

/** The typed limit if it can be read, else the default; Subscribe reports a wrong one. */
const mostPapers = ({ deps: { config } }: Site, { typed: { max } }: PreviewedForm): number =>
  undefinedIfFault(() => readTypedSettings(config, { max }).maxPapers) ?? config.DIGEST_MAX

function sendPreview(
  { deps, pages }: Site,
  reply: FastifyReply,
  { typed, keepsTopics }: SubscribeForm,
  preview: PreviewView,
): FastifyReply {
  if (isHtmxRequest(reply.request)) return pages.send(reply, 'parts/preview-update', { preview })
  return pages.send(reply, 'subscribe', {
    form: formView(deps, { typed, keepsTopics, library: pastedLibrary(reply.request) }),
    preview,
  })
}

/** htmx sent the request and replaces only part of the page. */
export const isHtmxRequest = ({ headers }: FastifyRequest): boolean => headers['hx-request'] === 'true'

/**
 * Sends the form again, with the typed values and their errors. `form` is undefined if the body could not be read;
 * `sent` is a library.
 */
export function showFormAgain(
  { deps, pages }: Site,
  reply: FastifyReply,
  { form, error, sent }: { form?: SubscribeForm; error: unknown; sent?: SentLibrary },
): FastifyReply {
  const fault = toFault(error, reply.request)
  const reference = logFault(deps, reply, fault)
  const preview = previewOfFault(fault.sentence)
  if (isHtmxRequest(reply.request))
    return pages.send(reply, 'parts/preview-update', { preview }, fault.status)
  const filled = {
    typed: form?.typed ?? {},
    fault,
    reference,
    keepsTopics: form?.keepsTopics,
    library: sent?.text ? keptLibrary(sent) : pastedLibrary(reply.request),
  }
  if (form?.again) {
    const inbox = inboxView(deps, { ...filled, sent: null })
    return pages.send(reply, 'check-inbox', { inbox }, fault.status)
  }
  const view = { form: formView(deps, filled) }
  // The Preview button scrolls to the preview. A refusal belongs to no field, so at the top it would be out of sight.
  const isOutOfSight = reply.request.routeOptions.url === '/preview' && isTemporaryRefusal(fault)
  return pages.send(reply, 'subscribe', isOutOfSight ? { ...view, preview } : view, fault.status)
}
