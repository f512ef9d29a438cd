import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { openLinkHolder } from '../../account/open-manage-page.ts'
import { voteForLibrary } from '../../account/votes.ts'
import type { Deps, SearchCaller } from '../../core/deps.ts'
import { previewTopics } from '../../digests/preview/preview-topics.ts'
import { counted, words } from '../../i18n/words.ts'
import { splitFields } from '../../queries/language/split-topics.ts'
import { exampleQueries } from '../../search/example-queries.ts'
import { forVisitor, isTemporaryRefusal } from '../../search/for-visitor.ts'
import { MAX_VOTES } from '../../subscribers/vote.repo.ts'
import { acceptFiles } from '../../web/accept-files.ts'
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
  type ShownLibrary,
} from './library-form.ts'
import { showLibrary } from './library-part.ts'
import { type LibraryReader, openLibraryReader } from './library-reader.ts'
import { type LibraryProposal, proposeFromLibrary } from './propose-from-library.ts'

/** A library takes as long as many searches, and so may those before it. */
const MAX_WAIT_MS = 30_000

const readers = new WeakMap<Deps, LibraryReader>()

/** One for both forms of a server. */
function readerOf(app: Pick<FastifyInstance, 'addHook'>, { deps }: Site): LibraryReader {
  const open = readers.get(deps)
  if (open) return open
  const reader = openLibraryReader()
  readers.set(deps, reader)
  app.addHook('onClose', reader.close)
  return reader
}

/** The form to sign up with topics proposed from a library, and their preview. Nothing of the library is kept. */
export const signupLibraryRoute: FastifyPluginAsyncZod<Site> = async (app, site) => {
  const { deps, pages } = site
  acceptFiles(app)
  const reader = readerOf(app, site)
  const fields = subscribeFields.extend(libraryFields)
  const errorHandler = (error: Error, _request: FastifyRequest, reply: FastifyReply) =>
    showFormAgain(site, reply, { error })
  const schema = { body: fields.prefault({}) }
  const options = { schema, attachValidation: true, config: { slots: 'upload' } } as const
  app.post('/subscribe/library', { ...options, errorHandler }, async (request, reply) => {
    const { library: pasted, 'library-file': file, offer, offered, ...others } = formOf(fields, request)
    const sent = libraryOf({ library: pasted, 'library-file': file })
    let form = subscribeFormOf(others)
    try {
      if (request.validationError) throw request.validationError
      const taken = splitFields(form.typed.topics)
      const send = async (deps: Deps, added: string[], library: ShownLibrary) => {
        const typed = { ...form.typed, topics: [...form.typed.topics, ...added].filter(Boolean) }
        form = { ...form, typed }
        const preview = typed.topics.length > 0 ? await formPreview(deps, form) : undefined
        showLibrary(request, library)
        const examples = await exampleQueries(deps, {})
        const filled = { typed, keepsTopics: form.keepsTopics, said: library.said, examples }
        return pages.send(reply, 'subscribe', { form: formView(deps, filled), preview })
      }
      if (offer) {
        const library = {
          ...libraryAfterOffer({ offer, offered }, taken),
          ...pastedLibrary({ library: pasted }),
        }
        return await forVisitor(deps, request, (deps) => send(deps, [offer], library))
      }
      requireLibrary(sent)
      const propose = async (deps: Deps, caller: SearchCaller) => {
        const proposal = await proposeFromLibrary(deps, await reader.read(sent.text, caller))
        const fresh = freshTopics(proposal, taken)
        const library = libraryView(sent, proposal, { fresh, taken })
        return send(deps, queriesOf(fresh), library)
      }
      return await forVisitor(deps, request, propose, MAX_WAIT_MS)
    } catch (error) {
      if (sent.text) showLibrary(request, keptLibrary(sent))
      return showFormAgain(site, reply, { form, error })
    }
  })
}

/**
 * The manage page with topics proposed from a library in the field for new ones. Nothing of the library is kept, except,
 * if the subscriber wants it, More for its papers on the site.
 */
export const manageLibraryRoute: FastifyPluginAsyncZod<Site> = async (app, site) => {
  const { deps } = site
  acceptFiles(app)
  const reader = readerOf(app, site)
  const fields = manageFields.extend({ ...libraryFields, learn: formText.default('') })
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
      const filled = async (deps: Deps, queries: string[], library: ShownLibrary) => {
        showLibrary(request, { ...library, learn: false })
        const topic = [form.topic, ...queries].filter(Boolean).join('\n')
        const preview = await previewOfNew(deps, { queries, most, close })
        return { token, form: { ...form, topic }, said: library.said, preview }
      }
      if (offer) {
        const library = { ...libraryAfterOffer({ offer, offered }, taken), ...pastedLibrary(form) }
        const page = await forVisitor(deps, request, (deps) => filled(deps, [offer], library))
        return sendManagePage(site, reply, page)
      }
      const propose = async (deps: Deps, caller: SearchCaller) => {
        const proposal = await proposeFromLibrary(deps, await reader.read(sent.text, caller))
        const fresh = freshTopics(proposal, taken)
        const library = libraryView(sent, proposal, { fresh, taken })
        const learned = form.learn ? await learnFromLibrary(site, token, proposal) : ''
        const said = `${library.said} ${learned}`.trim()
        return filled(deps, queriesOf(fresh), { ...library, said })
      }
      return sendManagePage(site, reply, await forVisitor(deps, request, propose, MAX_WAIT_MS))
    } catch (error) {
      const fault = toFault(error, request)
      if (sent.text) showLibrary(request, keptLibrary(sent))
      const isOfForm = sent.text !== '' && isTemporaryRefusal(fault)
      return showManagePageAgain(site, reply, { token, form, fault, isOfForm })
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
