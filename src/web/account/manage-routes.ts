import type { FastifyReply } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { changeByLink, undoByLink } from '../../account/change-by-link.ts'
import { openLinkHolder, topicsFile } from '../../account/open-manage-page.ts'
import { voteForLibrary } from '../../account/votes.ts'
import type { Deps } from '../../core/deps.ts'
import { type Fault, FieldFaults } from '../../core/errors.ts'
import { previewTopics } from '../../digests/preview/preview-topics.ts'
import { counted, words } from '../../i18n/words.ts'
import { splitFields } from '../../queries/language/split-topics.ts'
import { forVisitor, isTemporaryRefusal, MAX_LIBRARY_WAIT_MS } from '../../search/for-visitor.ts'
import { type LibraryProposal, proposeFromLibrary } from '../../search/library/propose-from-library.ts'
import { MAX_VOTES } from '../../subscribers/vote.repo.ts'
import { acceptFiles } from '../accept-files.ts'
import { toFault } from '../errors.ts'
import {
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
import { formOf, numberField, optionalText, wantsJson, withToken } from '../request.ts'
import { latestPerTopic, type PreviewView, previewView, withoutOffers } from '../signup/preview-view.ts'
import { applyLearnedForm, isFormFault, NO_CHANGE, sendManagePage } from './manage-page.ts'
import { idParam, type ManageForm, manageFields, partParam, requestedChange } from './manage-view.ts'
import { sendMyLinkPage } from './my-link-routes.ts'
import { topicRoutes } from './topic-routes.ts'

/** Topics, settings, pause and receipts, behind the link in emails. */
export const manageRoutes: FastifyPluginAsyncZod<Site> = async (app, site) => {
  const { deps } = site
  app.setErrorHandler(async (error, _request, reply) => offerNewLink(site, reply, error))

  const done = z.object({
    topic: numberField(),
    change: optionalText,
    learned: optionalText,
    edit: partParam,
  })
  const shown = { ...withToken, querystring: done }
  app.get('/manage/:token', { schema: shown }, async ({ params: { token }, query }, reply) => {
    const { topic: topicId, change, learned: learnedDone, edit } = query
    const page = { token, topicId, unchanged: change === NO_CHANGE, learnedDone, edit }
    return sendManagePage(site, reply, page, idParam(change) || undefined)
  })

  const schema = { ...withToken, body: manageFields.prefault({}) }
  app.post('/manage/:token', { schema, attachValidation: true }, async (request, reply) => {
    const { validationError, params } = request
    const { token } = params
    const form = formOf(manageFields, request)
    try {
      if (validationError) throw validationError
      const learned = await applyLearnedForm(deps, token, { ...form, topicId: idParam(form.topic) })
      if (learned) return reply.redirect(`/manage/${token}?learned=${learned}`, 303)
      const change = (await applyForm(site, token, form)) ?? NO_CHANGE
      return reply.redirect(`/manage/${token}?change=${change}`, 303)
    } catch (error) {
      return showManagePageAgain(site, reply, { token, form, fault: toFault(error, request) })
    }
  })

  // The topics as a text file.
  app.get('/manage/:token/topics.txt', { schema: withToken }, async ({ params: { token } }, reply) => {
    // Before the headers are set: the error page of an expired link is not a file.
    const text = await topicsFile(deps, token)
    return reply
      .header('content-disposition', 'attachment; filename="topics.txt"')
      .type('text/plain; charset=utf-8')
      .send(text)
  })

  app.register(topicRoutes, site)
  app.register(libraryRoute, site)
}

/**
 * The page with topics proposed from a library in the field for new ones. Nothing of the library is kept, except, if the
 * subscriber wants it, More for its papers on the site.
 */
const libraryRoute: FastifyPluginAsyncZod<Site> = async (app, site) => {
  const { deps } = site
  acceptFiles(app)
  const fields = manageFields.extend(libraryFields)
  const schema = { ...withToken, body: fields.prefault({}) }
  const options = { schema, attachValidation: true, config: { slots: 'upload' } } as const
  app.post('/manage/:token/library', options, async (request, reply) => {
    const { token } = request.params
    const form = formOf(fields, request)
    const sent = libraryOf(form)
    try {
      if (request.validationError) throw request.validationError
      const { offer, offered } = form
      if (!offer) requireLibrary(sent)
      const { subscriber, topics } = await openLinkHolder(deps, { token })
      const taken = [...topics.map(({ query }) => query), ...splitFields([form.topic])]
      const { maxPapers: most, related: close } = subscriber
      const shown = async (deps: Deps, queries: string[], library: ShownLibrary) => ({
        form: { ...form, topic: [form.topic, ...queries].filter(Boolean).join('\n'), learn: '' },
        library,
        preview: await previewOfNew(deps, { queries, most, close }),
      })
      if (offer) {
        const library = { ...libraryAfterOffer({ offer, offered }, taken), ...pastedLibrary(request) }
        const filled = await forVisitor(deps, request, (deps) => shown(deps, [offer], library))
        return sendManagePage(site, reply, { token, ...filled })
      }
      const propose = async (deps: Deps) => {
        const proposal = await proposeFromLibrary(deps, sent.text)
        const fresh = freshTopics(proposal, taken)
        const library = libraryView(sent, proposal, { fresh, taken })
        const learned = form.learn ? await learnFromLibrary(site, token, proposal) : ''
        return shown(deps, queriesOf(fresh), { ...library, said: `${library.said} ${learned}`.trim() })
      }
      const proposed = await forVisitor(deps, request, propose, MAX_LIBRARY_WAIT_MS)
      return sendManagePage(site, reply, { token, ...proposed })
    } catch (error) {
      return showManagePageAgain(site, reply, {
        token,
        form,
        fault: toFault(error, request),
        sent,
      })
    }
  })
}

/** The preview of topics to add; undefined without topics. The page cannot change a query, so it has no offers. */
async function previewOfNew(
  deps: Deps,
  { queries, ...asked }: { queries: string[]; most: number; close: boolean },
): Promise<PreviewView | undefined> {
  if (queries.length === 0) return undefined
  const latest = latestPerTopic(queries.length)
  const preview = await previewTopics(deps, { queries, latest, ...asked })
  return withoutOffers(previewView(preview, { most: asked.most, baseUrl: deps.config.BASE_URL }))
}

/** How many papers of a library count as More: half of the votes that are kept. */
const MAX_LEARNED = MAX_VOTES / 2

/** Votes More for the newest papers of a library that are on the site, under the topics that they match. Returns a sentence. */
async function learnFromLibrary(
  { deps }: Site,
  token: string,
  { paperIds }: LibraryProposal,
): Promise<string> {
  const { learned, learnedNone } = words.library
  const papers = paperIds.slice(0, MAX_LEARNED).map((id) => `id:${id}`)
  if (papers.length === 0) return learnedNone
  const count = await voteForLibrary(deps, token, papers)
  return count > 0 ? counted(count, learned) : learnedNone
}

const applyForm = ({ deps }: Site, token: string, form: ManageForm): Promise<number | null> =>
  form.do === 'undo'
    ? undoByLink(deps, token, idParam(form.change))
    : changeByLink(deps, token, requestedChange(form))

/** The whole page again, with the typed values and what is wrong with them. */
async function showManagePageAgain(
  site: Site,
  reply: FastifyReply,
  { token, form, fault, sent }: { token: string; form: ManageForm; fault: Fault; sent?: SentLibrary },
): Promise<FastifyReply> {
  const isGone = fault.code === 'topic.removed' && !(fault instanceof FieldFaults)
  if (fault.code === 'subscriber.state' || isGone) return reply.redirect(`/manage/${token}`, 303)
  const library = sent?.text ? keptLibrary(sent) : pastedLibrary(reply.request)
  const isRefusedLibrary = sent?.text && isTemporaryRefusal(fault)
  if (!(isFormFault(fault) || isRefusedLibrary) || wantsJson(reply.request)) throw fault
  const status = fault instanceof FieldFaults ? 422 : fault.status
  return sendManagePage(site, reply, { token, form, fault, library }, undefined, status)
}

/** For a link that does not work, sends a page that says why and offers to email a new one; throws other errors on. */
function offerNewLink(site: Site, reply: FastifyReply, error: unknown): FastifyReply {
  const fault = toFault(error)
  if (!fault.code.startsWith('link.') || wantsJson(reply.request)) throw error
  return sendMyLinkPage(site, reply, fault)
}
