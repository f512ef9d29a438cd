import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Fault, FieldFaults, readFields } from '../../core/errors.ts'
import { forVisitor } from '../../search/for-visitor.ts'
import { readTopicsInThread } from '../../subscribers/read-signup.ts'
import { logFault, toFault } from '../../web/errors.ts'
import { cacheForOneMinute } from '../../web/page-cache.ts'
import type { Site } from '../../web/pages.ts'
import { formOf, formText, texts, topicsInQuery } from '../../web/request.ts'
import { faultsView } from '../../web/setting-fields.ts'
import { papersOfTopics } from './papers-of-topics.ts'
import { shareTopics } from './share-topics.ts'
import { findTopicPage } from './topic-page.repo.ts'
import { MAX_NAME_LENGTH, readPageName } from './topic-page.ts'
import { papersShown, sharedPageView } from './topic-page-view.ts'

const file = (name: string) => new URL(name, import.meta.url)
const FILES = { form: file('share-form.eta'), page: file('topic-page.eta'), embedded: file('embedded.eta') }

/** Any site may show the page in a frame. It has no form and no script, and sends nothing to another site. */
const POLICY_OF_EMBEDDED =
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors *"

const formFields = z.object({ topic: texts.default([]), name: formText.default('') })

/** The form that makes a page of topics, unless sign-up is closed, and the pages. */
export const topicPageRoutes: FastifyPluginAsyncZod<Site> = async (app, site) => {
  const { deps, pages } = site

  const prefilled = { querystring: z.object({ topic: topicsInQuery }) }
  app.get('/topics', { schema: prefilled }, async ({ query }, reply) => {
    if (deps.config.SIGNUP === 'closed') throw new Fault('page.not-found')
    return showForm(site, reply, { topics: query.topic, name: '' })
  })

  const options = { schema: { body: formFields.prefault({}) }, attachValidation: true } as const
  app.post('/topics', { ...options, config: { slots: 'search' } }, async (request, reply) => {
    if (deps.config.SIGNUP === 'closed') throw new Fault('signup.closed')
    const { topic, name } = formOf(formFields, request)
    try {
      if (request.validationError) throw request.validationError
      const page = await readForm(site, request, { topic, name })
      return reply.redirect(await shareTopics(deps, { ...page, ip: request.ip }), 303)
    } catch (error) {
      return showForm(site, reply, { topics: topic, name }, toFault(error, request))
    }
  })

  const ofPage = {
    params: z.object({ id: z.string() }),
    querystring: z.object({ embed: z.unknown().optional() }),
  }
  const config = { cachedBy: ['embed'], slots: 'search' } as const
  app.get('/topics/:id', { schema: ofPage, config }, async (request, reply) => {
    const isEmbedded = request.query.embed !== undefined
    const page = await findTopicPage(deps.db, [request.params.id])
    if (!page) throw new Fault('page.not-found')
    const queries = page.topics.map(({ query }) => query)
    const most = papersShown(queries.length, isEmbedded)
    const found = await forVisitor(deps, request, (deps) => papersOfTopics(deps, { queries, most }))
    // A page without its older papers is only for this visitor.
    if (!found.isReading) cacheForOneMinute(reply)
    const view = sharedPageView(page, { baseUrl: deps.config.BASE_URL, found: found.topics })
    if (isEmbedded) allowFrames(reply)
    return pages.sendFile(reply, isEmbedded ? FILES.embedded : FILES.page, { page: view })
  })
}

/** The topics and the name of the form. Throws FieldFaults (topic, name), rate.*, search.*. */
async function readForm(
  { deps }: Site,
  request: FastifyRequest,
  { topic, name: typed }: z.output<typeof formFields>,
) {
  const reading = forVisitor(deps, request, (deps) => readTopicsInThread(deps, { topics: topic }))
  const topics = await reading.catch(faultOf)
  return readFields((fields) => {
    const name = fields.read('name', '', () => readPageName(typed))
    const read = fields.read('topic', [], () => {
      if (topics instanceof Fault) throw topics
      if (topics.length === 0) throw new Fault('topic.none')
      return topics
    })
    return { name, topics: read }
  })
}

/** What is wrong with the topics, so that the name is checked too; any other fault is thrown. */
function faultOf(error: unknown): FieldFaults {
  if (error instanceof FieldFaults) return error
  throw error
}

/** The form as it was sent, with what is wrong. */
function showForm(
  { deps, pages }: Site,
  reply: FastifyReply,
  { topics, name }: { topics: readonly string[]; name: string },
  fault?: Fault,
): FastifyReply {
  const reference = fault ? logFault(deps, reply, fault) : null
  const form = { topics: topics.join('\n'), name, maxNameLength: MAX_NAME_LENGTH }
  const data = { form, ...faultsView(['topic', 'name'], fault, reference) }
  return pages.sendFile(reply, FILES.form, data, fault?.status)
}

/** Replaces the headers by which browsers show no page of this site in a frame of another. */
function allowFrames(reply: FastifyReply): void {
  reply.raw.removeHeader('x-frame-options')
  reply.headers({
    'content-security-policy': POLICY_OF_EMBEDDED,
    'cross-origin-resource-policy': 'cross-origin',
  })
}
