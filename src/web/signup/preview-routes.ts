import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { z } from 'zod'
import type { Deps } from '../../core/deps.ts'
import { type Fault, FieldFaults, undefinedIfFault } from '../../core/errors.ts'
import { jsonOfTopicPreview } from '../../digests/preview/preview-json.ts'
import { previewTopics } from '../../digests/preview/preview-topics.ts'
import { type ExampleQueries, exampleQueries, NO_EXAMPLES } from '../../search/example-queries.ts'
import { forVisitor, forVisitorIfFree, isTemporaryRefusal, type Searcher } from '../../search/for-visitor.ts'
import {
  readableTopicsInThread,
  readTopicsInThread,
  readTypedSettings,
} from '../../subscribers/read-signup.ts'
import { logFault, toFault } from '../errors.ts'
import type { Site } from '../pages.ts'
import { isJson } from '../request.ts'
import { formView } from './form-view.ts'
import { inboxView } from './inbox-view.ts'
import { latestPerTopic, type PreviewView, previewOfFault, previewView } from './preview-view.ts'
import { previewQuery, readSubscribeForm, type SubscribeForm, subscribeFields } from './subscribe-form.ts'

/** What topics would have matched: the whole form with a preview, only the preview (htmx), or JSON. Changes nothing. */
export const topicPreviewRoutes: FastifyPluginAsyncZod<Site> = async (app, site) => {
  const errorHandler = async (error: Error, request: FastifyRequest, reply: FastifyReply) => {
    if (isJson(request)) throw error
    return showFormAgain(site, reply, { error })
  }

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
      return await forVisitor(site.deps, request, async (deps) => {
        const typed = await withReplacement(deps, form)
        const preview = await formPreview(deps, { typed })
        const examples = isHtmxRequest(request) ? NO_EXAMPLES : await exampleQueries(deps, {})
        return sendPreview(site, reply, { ...form, typed }, { preview, examples })
      })
    } catch (error) {
      return showFormAgain(site, reply, { form, error })
    }
  })
}

/** What a form shows of the archive. */
interface FormSearches {
  preview?: PreviewView | ReturnType<typeof previewOfFault>
  examples: ExampleQueries
  /** What is wrong with topics in a link. */
  fault?: Fault
}

/**
 * The preview of the topics in a link to the form, or of the day's best, and example topics. No preview if earlier topics
 * are kept; neither if too many people search. Topics that cannot be read are reported, and the others previewed.
 */
export async function searchesOfForm(
  { deps }: Site,
  request: Searcher,
  typed: PreviewedForm['typed'],
  keepsTopics: boolean,
): Promise<FormSearches> {
  // The page has no form.
  if (deps.config.SIGNUP === 'closed') return { examples: NO_EXAMPLES }
  return forVisitorIfFree<FormSearches>(deps, request, { examples: NO_EXAMPLES }, async (deps) => {
    const examples = await exampleQueries(deps, {})
    if (keepsTopics && typed.topics.length === 0) return { examples }
    try {
      return { examples, preview: await formPreview(deps, { typed }) }
    } catch (error) {
      if (!(error instanceof FieldFaults)) throw error
      const preview = (await readablePreview(deps, typed)) ?? previewOfFault(error.sentence)
      return { examples, fault: error, preview }
    }
  })
}

/** The preview of the topics that can be read; undefined without one. */
async function readablePreview(deps: Deps, typed: PreviewedForm['typed']): Promise<PreviewView | undefined> {
  const topics = await readableTopicsInThread(deps, { topics: typed.topics })
  if (topics.length === 0) return undefined
  try {
    return await formPreview(deps, { typed: { ...typed, topics } })
  } catch (error) {
    // Together they may be too long.
    if (error instanceof FieldFaults) return undefined
    throw error
  }
}

type PreviewedForm = { typed: Pick<SubscribeForm['typed'], 'topics'> & Partial<SubscribeForm['typed']> }

/** Throws FieldFaults if a topic cannot be read. */
export async function formPreview(deps: Deps, form: PreviewedForm): Promise<PreviewView> {
  const topics = await readTopicsInThread(deps, { topics: form.typed.topics })
  const queries = topics.map(({ query }) => query)
  const most = mostPapers(deps, form)
  const close = form.typed.related !== 'false'
  const asked = {
    queries,
    latest: latestPerTopic(queries.length),
    most,
    close,
    digest: true,
    withMatch: true,
  }
  const options = { most, ...whenOf(deps, form), baseUrl: deps.config.BASE_URL }
  return previewView(await previewTopics(deps, asked), options)
}

/** The hour and the day of a weekly email, as typed if they can be read. */
function whenOf({ config }: Deps, { typed: { hour, days } }: PreviewedForm) {
  const read = undefinedIfFault(() => readTypedSettings(config, { hour, days }))
  const { hour: at, days: on } = read ?? readTypedSettings(config, {})
  return { hour: at, ...(on.length === 1 && { weekday: on[0]! }) }
}

/** The fields of the form after a button replaced a topic. Throws FieldFaults. */
async function withReplacement(
  deps: Deps,
  { typed, replacement }: SubscribeForm,
): Promise<SubscribeForm['typed']> {
  if (!replacement) return typed
  const read = await readTopicsInThread(deps, { topics: typed.topics })
  const topics = read.map(({ query }) => query)
  if (topics[replacement.place] === undefined) return typed
  return { ...typed, topics: topics.with(replacement.place, replacement.query) }
}

type PreviewQuery = z.output<typeof previewQuery>

export async function previewJson({ deps }: Site, searcher: Searcher, { query, days, others }: PreviewQuery) {
  const preview = await forVisitor(deps, searcher, async (deps) => {
    const besides = await readTopicsInThread(deps, { topics: others })
    return previewTopics(deps, { queries: [query], days, others: besides })
  })
  return jsonOfTopicPreview(preview, preview.topics[0]!)
}

/** The typed limit if it can be read, else the default; Subscribe reports a wrong one. */
const mostPapers = ({ config }: Deps, { typed: { max } }: PreviewedForm): number =>
  undefinedIfFault(() => readTypedSettings(config, { max }).maxPapers) ?? config.DIGEST_MAX

function sendPreview(
  { deps, pages }: Site,
  reply: FastifyReply,
  { typed, keepsTopics }: SubscribeForm,
  { preview, examples }: Pick<Required<FormSearches>, 'preview' | 'examples'>,
): FastifyReply {
  if (isHtmxRequest(reply.request)) return pages.send(reply, 'parts/preview-update', { preview })
  return pages.send(reply, 'subscribe', {
    form: formView(deps, { typed, keepsTopics, examples }),
    preview,
  })
}

/** htmx sent the request and replaces only part of the page. */
export const isHtmxRequest = ({ headers }: FastifyRequest): boolean => headers['hx-request'] === 'true'

/**
 * Sends the form again, with the typed values and their errors. `form` is undefined if the body could not be read.
 */
export async function showFormAgain(
  { deps, pages }: Site,
  reply: FastifyReply,
  { form, error }: { form?: SubscribeForm; error: unknown },
): Promise<FastifyReply> {
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
  }
  if (form?.again) {
    const inbox = inboxView(deps, { ...filled, sent: null })
    return pages.send(reply, 'check-inbox', { inbox }, fault.status)
  }
  // Another fault may be that too many people search.
  const examples =
    fault instanceof FieldFaults
      ? await forVisitorIfFree(deps, reply.request, NO_EXAMPLES, (deps) => exampleQueries(deps, {}))
      : NO_EXAMPLES
  const view = { form: formView(deps, { ...filled, examples }) }
  // The Preview button scrolls to the preview. A refusal belongs to no field, so at the top it would be out of sight.
  const isOutOfSight = reply.request.routeOptions.url === '/preview' && isTemporaryRefusal(fault)
  return pages.send(reply, 'subscribe', isOutOfSight ? { ...view, preview } : view, fault.status)
}
