import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { changeByLink, undoByLink } from '../../account/manage.ts'
import { type AskedTopic, openTopic, openTrial } from '../../account/open-topic.ts'
import { editedQuery, namedTopic } from '../../account/own-changes.ts'
import { giveOwnOpinion } from '../../account/own-opinions.ts'
import { Fault } from '../../core/errors.ts'
import { FieldFaults } from '../../core/field-faults.ts'
import { faultOf, noteFault } from '../errors.ts'
import { wantsJson } from '../request.ts'
import { isLive } from '../signup/ask-again.ts'
import { faultyPreview } from '../signup/preview-view.ts'
import type { Site } from '../site.ts'
import { idIn, readManageForm } from './manage-form.ts'
import { NOTHING, sendManagePage, sendNoDigests } from './manage-page.ts'
import { changeProfile } from './profile-form.ts'
import { readTopicForm, type TopicForm, triedIn } from './topic-form.ts'
import { topicPath } from './topic-path.ts'
import { atQuery, type ShownTopic, topicPageView } from './topic-view.ts'
import { trialView } from './trial-view.ts'

interface OfTopic {
  Params: { token: string; id: string }
  Querystring: Record<string, unknown>
}
type Request = FastifyRequest<OfTopic>

/**
 * The page of one topic, for whoever holds the link in a mail: what it would bring with a word muted, an author
 * followed, other words. A GET shows, and only a POST changes.
 */
export function addTopicRoutes(app: FastifyInstance, site: Site): void {
  app.get<OfTopic>('/manage/:token/topics/:id', async (request, reply) => {
    const { query } = request
    const tried = triedIn(query)
    if (isLive(request)) return sendTrial(site, request, reply, { ...askedBy(request), tried })
    return sendTopic(site, request, reply, { ...askedBy(request), tried }, { done: query })
  })

  app.post<OfTopic>('/manage/:token/topics/:id', async (request, reply) => {
    const form = readTopicForm(request.body)
    const place = placeOf(request, form)
    try {
      return reply.redirect(topicPath(place, await doneBy(site, request, form)), 303)
    } catch (error) {
      return askAgain(site, request, reply, { form, fault: faultOf(error) })
    }
  })
}

const placeOf = ({ params: { token, id }, query }: Request, form?: TopicForm) => ({
  token,
  id: idIn(id),
  paper: String(idIn(query.paper) || idIn(form?.paper) || ''),
})

function askedBy(request: Request): Omit<AskedTopic, 'tried'> {
  const { token, id, paper } = placeOf(request)
  const changeId = idIn(request.query.change) || undefined
  return { token, topicId: id, paper, changeId, searcher: request }
}

/** Does what a form asks for; returns what its page says of it, in its address. */
async function doneBy({ deps }: Site, request: Request, form: TopicForm): Promise<Record<string, string>> {
  const { token, id, paper } = placeOf(request, form)
  const changed = (change: number | null) => ({ change: String(change ?? NOTHING) })
  switch (form.do) {
    case 'change':
      return changed(await changeByLink(deps, token, (held) => editedQuery({ ...form, id }, held)))
    case 'follow':
      return changed(await changeByLink(deps, token, (held) => namedTopic(form, held)))
    case 'undo':
      return changed(await undoByLink(deps, token, idIn(form.change)))
    case 'more':
    case 'less':
    case 'back':
      await giveOwnOpinion(deps, token, { paper, kind: form.do === 'back' ? null : form.do })
      return { opinion: 'given' }
    default: {
      const profile = await changeProfile(deps, token, form)
      if (profile === null) throw new Fault('request.unreadable', { what: 'do' })
      return { profile }
    }
  }
}

/** Of a topic that is not there, the page of all topics says so. */
async function sendTopic(
  site: Site,
  request: Request,
  reply: FastifyReply,
  asked: AskedTopic,
  shown: Omit<ShownTopic, 'token' | 'baseUrl'>,
): Promise<FastifyReply> {
  const { token, topicId, changeId } = asked
  const opened = await openTopic(site.deps, asked)
  if (!opened.topic) {
    const said = new URLSearchParams({
      topic: String(topicId),
      ...(changeId && { change: String(changeId) }),
      ...(shown.done.opinion !== undefined && { profile: 'noted' }),
    })
    return sendNoDigests(site, reply, token, opened.holder) ?? reply.redirect(`/manage/${token}?${said}`, 303)
  }
  if (opened.trial.fault) noteFault(site.deps, request, reply, opened.trial.fault)
  const view = topicPageView(opened, { ...shown, token, baseUrl: site.deps.config.BASE_URL })
  return site.pages.send(reply, 'topic', view, shown.fault?.status ?? opened.trial.fault?.status)
}

/** What is tried, for htmx. */
async function sendTrial(
  site: Site,
  request: Request,
  reply: FastifyReply,
  asked: AskedTopic,
): Promise<FastifyReply> {
  try {
    const opened = await openTrial(site.deps, asked)
    if (!opened.topic) throw new Fault('topic.removed')
    if (opened.trial.fault) noteFault(site.deps, request, reply, opened.trial.fault)
    const trial = trialView(asked.token, opened, site.deps.config.BASE_URL)
    return site.pages.send(reply, 'parts/topic-trial', { trial }, opened.trial.fault?.status)
  } catch (error) {
    const fault = faultOf(error)
    noteFault(site.deps, request, reply, fault)
    const trial = { paces: [], paper: '', instead: null, preview: faultyPreview(fault.sentence) }
    return site.pages.send(reply, 'parts/topic-trial', { trial }, fault.status)
  }
}

/** The page whole, with what was typed and what is wrong. */
async function askAgain(
  site: Site,
  request: Request,
  reply: FastifyReply,
  { form, fault }: { form: TopicForm; fault: Fault },
): Promise<FastifyReply> {
  const { token, id } = placeOf(request)
  if (fault.code === 'subscriber.state') return reply.redirect(`/manage/${token}`, 303)
  if (wantsJson(request)) throw fault
  if (fault instanceof FieldFaults && fault.fields.some(({ fault: { code } }) => code === 'topic.removed')) {
    const typed = readManageForm({ ...form, do: 'change-topic', topic: id })
    return sendManagePage(site, reply, { token, form: typed, fault }, undefined, 422)
  }
  const isOfForm = fault instanceof FieldFaults || OF_FORMS.includes(fault.code)
  if (!isOfForm) throw fault
  const tried = { text: form.query, named: form.do === 'follow' ? form.name : null }
  const shown = fault.code === 'topics.too-many' ? atQuery(fault) : fault
  return sendTopic(site, request, reply, { ...askedBy(request), tried }, { done: {}, fault: shown })
}

const OF_FORMS: string[] = ['topics.too-many', 'change.cannot-undo']
