import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { changeByLink, undoByLink } from '../../account/change-by-link.ts'
import { addedNamedTopic, editedTopic } from '../../account/form-changes.ts'
import { type OpenTopicInput, openTopic, openTrial } from '../../account/open-topic.ts'
import { giveVote, setStep, takeBackVote } from '../../account/votes.ts'
import { Fault, FieldFaults } from '../../core/errors.ts'
import { topicPath } from '../../subscribers/page-links.ts'
import { TOPIC_LIMIT_FAULTS } from '../../subscribers/subscriber.ts'
import { parseTopicName } from '../../subscribers/topics-text.ts'
import { logFault, toFault } from '../errors.ts'
import type { Site } from '../pages.ts'
import { formOf, formText, numberField, optionalText, texts, wantsJson } from '../request.ts'
import { isHtmxRequest } from '../signup/preview-routes.ts'
import { previewOfFault } from '../signup/preview-view.ts'
import { applyLearnedForm, isFormFault, NO_CHANGE, sendManagePage, sendNoDigestsPage } from './manage-page.ts'
import { idParam, manageFields } from './manage-view.ts'
import { asQueryFault, type TopicPageInput, topicPageView, trialView } from './topic-view.ts'
import { sendStepPage, sendVotePage } from './vote-pages.ts'

const topicFields = z.object({
  /** "change", "follow" or "undo"; "more", "less", "back" or "step"; "forget-phrase" or "forget". */
  do: formText.default(''),
  query: formText.default(''),
  /** The name of the topic, or of a new one. */
  name: formText.optional(),
  /** The id of the paper; it is also in the URL. */
  paper: formText.default(''),
  /** The id of a change. */
  change: formText.default(''),
  /** The phrases that were ticked, if the form offered some; or the one to remove. */
  phrase: texts.default([]),
  offered: formText.default(''),
  /** The step to set. */
  to: formText.default(''),
  /** The step is set back. */
  undo: formText.default(''),
  /** The step that the pressed page showed. */
  from: formText.default(''),
  /** The vote that an undo restores. */
  before: formText.default(''),
})

/** A form of a topic's page, as it was sent. */
type TopicForm = z.output<typeof topicFields>

const voteKind = z.enum(['more', 'less']).optional().catch(undefined)

const ofTopic = {
  params: z.object({ token: z.string(), id: numberField() }),
  querystring: z.object({
    paper: optionalText,
    /** The query that is tried, and the name of the new topic that it would be. */
    query: z.string().optional().catch(undefined),
    as: z.literal('new').optional().catch(undefined),
    name: optionalText,
    /** What a button did. */
    change: optionalText,
    voted: optionalText,
    learned: optionalText,
    /** The vote that a button replaced. */
    before: voteKind,
    /** The step before a button set another one. */
    was: optionalText,
    /** The page that a paper leads to: a vote, a step, or the topic itself. */
    vote: voteKind,
    step: z.enum(['more', 'fewer']).optional().catch(undefined),
    edit: optionalText,
  }),
}

interface TopicRequest extends FastifyRequest {
  params: z.output<typeof ofTopic.params>
  query: z.output<typeof ofTopic.querystring>
}

/**
 * The page of one topic, and the pages of votes and steps behind the links in emails. The topic's page shows what the
 * topic would match with a word muted, an author followed or another query. A GET only shows pages; only a POST changes
 * something.
 */
export const topicRoutes: FastifyPluginAsyncZod<Site> = async (app, site) => {
  app.get('/manage/:token/topics/:id', { schema: ofTopic }, async (request, reply) => {
    const sendVote = votePageOf(request)
    if (sendVote && (await sendVote(site, reply))) return reply
    const { query: text, as, name, ...done } = request.query
    const tried = text === undefined ? null : { text, named: as ? (name ?? '') : null }
    const asked = { ...requestedTopicOf(request), tried }
    return isHtmxRequest(request)
      ? sendTrial(site, reply, asked)
      : sendTopicPage(site, reply, asked, { done, name, fault: as ? undefined : faultOfName(name) })
  })

  const schema = { ...ofTopic, body: topicFields.prefault({}) }
  app.post('/manage/:token/topics/:id', { schema, attachValidation: true }, async (request, reply) => {
    const form = formOf(topicFields, request)
    try {
      if (request.validationError) throw request.validationError
      const said = await applyTopicForm(site, request, form)
      return reply.redirect(topicPath(pathParamsOf(request, form), said), 303)
    } catch (error) {
      return showTopicPageAgain(site, request, reply, { form, fault: toFault(error, request) })
    }
  })
}

/** A paper leads to the page of a vote or of a step, unless the topic itself is shown, edited or was changed. */
function votePageOf(request: TopicRequest) {
  const { token, id, paper } = pathParamsOf(request)
  const { query, edit, change, learned, step, vote = 'more', voted, before, was } = request.query
  if (!paper || [query, edit, change, learned].some((given) => given !== undefined)) return null
  const asked = { token, topicId: id, paper, searcher: request }
  return (site: Site, reply: FastifyReply) =>
    step
      ? sendStepPage(site, reply, { ...asked, by: step === 'more' ? 1 : -1 }, { was, voted })
      : sendVotePage(site, reply, { ...asked, kind: vote }, { done: voted, before })
}

/** A preview refuses what saving would refuse. */
function faultOfName(name = ''): Fault | undefined {
  try {
    parseTopicName(name)
  } catch (error) {
    if (error instanceof Fault) return new FieldFaults([{ field: 'name', fault: error }])
    throw error
  }
}

const pathParamsOf = ({ params, query }: TopicRequest, form?: TopicForm) => ({
  ...params,
  paper: String(idParam(query.paper) || idParam(form?.paper) || ''),
})

function requestedTopicOf(request: TopicRequest): Omit<OpenTopicInput, 'tried'> {
  const { token, id, paper } = pathParamsOf(request)
  const changeId = idParam(request.query.change) || undefined
  return { token, topicId: id, paper, changeId, searcher: request }
}

/** Makes the change that a form requests; returns the query string that describes the result. */
async function applyTopicForm(
  { deps }: Site,
  request: TopicRequest,
  form: TopicForm,
): Promise<Record<string, string>> {
  const { token, id, paper } = pathParamsOf(request, form)
  const on = { topicId: id, paper: paper || request.query.paper || form.paper }
  const changed = (change: number | null) => ({ change: String(change ?? NO_CHANGE) })
  switch (form.do) {
    case 'change':
      return changed(await changeByLink(deps, token, (held) => editedTopic({ ...form, id }, held)))
    case 'follow':
      return changed(
        await changeByLink(deps, token, (held) => addedNamedTopic({ ...form, name: form.name ?? '' }, held)),
      )
    case 'undo':
      return changed(await undoByLink(deps, token, idParam(form.change)))
    case 'more':
    case 'less':
      return applyVote(deps, token, { ...on, kind: form.do, meant: form.offered ? form.phrase : undefined })
    case 'back': {
      const { data: before } = voteKind.safeParse(form.before)
      if (before) await giveVote(deps, token, { ...on, kind: before })
      else await takeBackVote(deps, token, on)
      return before ? { vote: before, voted: 'none' } : { voted: 'none' }
    }
    case 'step': {
      const was = await setStep(deps, token, { topicId: id, step: Number(form.to || Number.NaN) })
      const { step = 'more' } = request.query
      // Of a second press, the step before it is the one that the first press set.
      return form.undo ? { step, voted: 'none' } : { step, was: form.from || String(was) }
    }
    default: {
      const learned = await applyLearnedForm(deps, token, { ...form, topicId: id })
      if (learned === null) throw new Fault('request.unreadable', { what: 'do' })
      return paper ? { voted: learned } : { learned }
    }
  }
}

async function applyVote(
  deps: Site['deps'],
  token: string,
  given: Parameters<typeof giveVote>[2],
): Promise<Record<string, string>> {
  const { kind } = given
  const before = await giveVote(deps, token, given)
  return { vote: kind, voted: kind, ...(before && before !== kind && { before }) }
}

/** If the topic does not exist, sends the page of all topics with a message. */
async function sendTopicPage(
  site: Site,
  reply: FastifyReply,
  asked: OpenTopicInput,
  shown: Omit<TopicPageInput, 'token' | 'baseUrl'>,
): Promise<FastifyReply> {
  const { token, topicId, changeId } = asked
  const opened = await openTopic(site.deps, asked)
  if (!opened.topic) {
    const said = new URLSearchParams({
      topic: String(topicId),
      ...(changeId && { change: String(changeId) }),
    })
    return (
      sendNoDigestsPage(site, reply, token, opened.holder) ?? reply.redirect(`/manage/${token}?${said}`, 303)
    )
  }
  if (opened.trial.fault) logFault(site.deps, reply, opened.trial.fault)
  const view = topicPageView(opened, { ...shown, token, baseUrl: site.deps.config.BASE_URL })
  return site.pages.send(reply, 'topic', view, shown.fault?.status ?? opened.trial.fault?.status)
}

/** Only the trial, for htmx. */
async function sendTrial(site: Site, reply: FastifyReply, asked: OpenTopicInput): Promise<FastifyReply> {
  try {
    const opened = await openTrial(site.deps, asked)
    if (!opened.topic) throw new Fault('topic.removed')
    if (opened.trial.fault) logFault(site.deps, reply, opened.trial.fault)
    const trial = trialView(asked.token, opened, site.deps.config.BASE_URL)
    return site.pages.send(reply, 'parts/topic-trial', { trial }, opened.trial.fault?.status)
  } catch (error) {
    const fault = toFault(error)
    logFault(site.deps, reply, fault)
    const trial = { preview: previewOfFault(fault.sentence) }
    return site.pages.send(reply, 'parts/topic-trial', { trial }, fault.status)
  }
}

/** The whole page again, with the typed values and what is wrong with them. */
async function showTopicPageAgain(
  site: Site,
  request: TopicRequest,
  reply: FastifyReply,
  { form, fault }: { form: TopicForm; fault: Fault },
): Promise<FastifyReply> {
  const { token, id } = pathParamsOf(request)
  if (fault.code === 'subscriber.state') return reply.redirect(`/manage/${token}`, 303)
  if (wantsJson(request)) throw fault
  if (fault instanceof FieldFaults && fault.fields.some(({ fault: { code } }) => code === 'topic.removed')) {
    const typed = manageFields.parse({ do: 'add-topic', topic: form.query })
    return sendManagePage(site, reply, { token, form: typed, fault }, undefined, 422)
  }
  if (fault.code === 'topic.removed') return reply.redirect(`/manage/${token}?topic=${id}`, 303)
  if (!isFormFault(fault)) throw fault
  const tried = { text: form.query, named: form.do === 'follow' ? (form.name ?? '') : null }
  const shown = TOPIC_LIMIT_FAULTS.includes(fault.code) ? asQueryFault(fault) : fault
  const asked = { ...requestedTopicOf(request), tried }
  return sendTopicPage(site, reply, asked, { done: {}, fault: shown, name: form.name })
}
