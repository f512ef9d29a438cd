import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { readAhead } from '../../account/signup/read-ahead.ts'
import { previewTopics } from '../../digests/preview/preview-topics.ts'
import { toldPreview } from '../../digests/preview/told-preview.ts'
import type { Spend } from '../../search/in-turns.ts'
import { withSearchSlot } from '../../search/search-slot.ts'
import { readTopics, readTypedSettings } from '../../subscribers/read-signup.ts'
import { isJson, queriesIn, readForm, readPreviewQuery, type SubscribeForm } from '../request.ts'
import { readOr } from '../setting-fields.ts'
import type { Site } from '../site.ts'
import { askAgain, isLive } from './ask-again.ts'
import { shownForm } from './form-view.ts'
import { latestOf, type PreviewView, previewView } from './preview-view.ts'

/** What topics would have brought: the whole form again with it, that part alone for htmx, or JSON. Changes nothing. */
export function addPreviewRoutes(app: FastifyInstance, site: Site): void {
  const errorHandler = async (error: Error, request: FastifyRequest, reply: FastifyReply) => {
    if (isJson(request)) throw error
    return askAgain(site, request, reply, { error })
  }

  // Of a preview that is loaded again.
  app.get('/preview', (_request, reply) => reply.redirect('/subscribe', 303))

  app.post('/preview', { errorHandler }, async (request, reply) => {
    if (isJson(request)) return tell(site, request, reply)
    const form = readForm(request.body)
    try {
      return await withSearchSlot(site.deps, request, queriesIn(form), (spend) =>
        previewForm(site, request, reply, { form, spend }),
      )
    } catch (error) {
      return askAgain(site, request, reply, { form, error })
    }
  })
}

interface InSlot {
  form: SubscribeForm
  spend: Spend
}

/** The preview, or the form again with what is wrong: that too describes every topic, so it is done in the same slot. */
async function previewForm(
  site: Site,
  request: FastifyRequest,
  reply: FastifyReply,
  { form, spend }: InSlot,
): Promise<FastifyReply> {
  try {
    await readAhead(form.typed.topics, spend)
    const typed = withUsed(form)
    const preview = await formPreview(site, { ...form, typed }, spend)
    return await show(site, request, reply, { form: { ...form, typed }, preview, spend })
  } catch (error) {
    return askAgain(site, request, reply, { form, error, spend })
  }
}

export async function formPreview(site: Site, form: SubscribeForm, spend: Spend): Promise<PreviewView> {
  const { deps } = site
  const queries = readTopics(form.typed).map(({ query }) => query)
  const most = mostPapers(site, form)
  const asked = { queries, latest: latestOf(queries.length), most, digest: true, spend }
  return previewView(await previewTopics(deps, asked), most, { baseUrl: deps.config.BASE_URL })
}

/** The fields of the form with what a button puts in place of a topic. Throws FieldFaults. */
function withUsed({ typed, uses }: SubscribeForm): SubscribeForm['typed'] {
  if (!uses) return typed
  const topics = readTopics(typed).map(({ query }) => query)
  if (topics[uses.place] === undefined) return typed
  return { ...typed, topics: topics.with(uses.place, uses.query), parts: NO_PARTS }
}

const NO_PARTS = { any: '', must: '', never: '', author: '', category: '', votes: '' }

async function tell(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { query, days, others } = readPreviewQuery(request.body)
  const preview = await withSearchSlot(site.deps, request, [query, ...others], async (spend) => {
    await readAhead(others, spend)
    const besides = readTopics({ topics: others })
    return previewTopics(site.deps, { queries: [query], days, others: besides, spend })
  })
  return reply.send(toldPreview(preview, preview.topics[0]!))
}

/** What was typed, where it can be read; a wrong one is for Subscribe to tell. */
const mostPapers = ({ deps: { config } }: Site, { typed: { max } }: SubscribeForm): number =>
  readOr(
    () => readTypedSettings(config, { max }).maxPapers,
    () => config.DIGEST_MAX,
  )

async function show(
  { deps, pages }: Site,
  request: FastifyRequest,
  reply: FastifyReply,
  { form: { typed, keepsTopics }, preview, spend }: InSlot & { preview: PreviewView },
): Promise<FastifyReply> {
  if (isLive(request)) return pages.send(reply, 'parts/preview', { preview })
  return pages.send(reply, 'subscribe', {
    form: await shownForm(deps, { typed, keepsTopics }, spend),
    preview,
  })
}
