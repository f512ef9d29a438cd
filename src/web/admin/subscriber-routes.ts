import type { FastifyReply } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { findSubscriber } from '../../account/find-subscriber.ts'
import {
  type FateWithReturn,
  type ReceiptWithReturns,
  receiptsWithReturns,
  showSubscriber,
} from '../../account/show-subscriber.ts'
import { classText } from '../../bounces/bounce-text.ts'
import { actionsForSubscriber } from '../../core/action.repo.ts'
import { addDays, type Day, localDayOf } from '../../core/dates.ts'
import type { ServiceDeps } from '../../core/deps.ts'
import { Fault } from '../../core/errors.ts'
import { capitalized, counted, fill, words } from '../../i18n/words.ts'
import { messageReasonText, stateName } from '../../operator/message-details.ts'
import { id } from '../../operator/operations/fields.ts'
import { tombstoneOf } from '../../subscribers/erasure.repo.ts'
import { timeOf } from '../account/receipt-text.ts'
import { toFault } from '../errors.ts'
import { optionalText } from '../request.ts'
import { addedSentence } from './add-routes.ts'
import { type AdminSite, typedLines } from './admin-site.ts'
import {
  doneSentence,
  operationBody,
  operationForm,
  operationNamed,
  runAdminOperation,
} from './operation-forms.ts'
import { actorOf } from './operator-rights.ts'
import { sectionView, subscriberOperations } from './subscriber-sections.ts'

/** One subscriber, identified by number. No URL contains the address. */
export const subscriberRoutes: FastifyPluginAsyncZod<AdminSite> = async (app, admin) => {
  const { deps, send } = admin
  const params = z.object({ id })
  const changes = async () => (await subscriberOperations(deps.features)).filter((one) => one.admin)
  const shown = { params, querystring: z.looseObject({ done: optionalText }) }
  app.get('/subscribers/:id', { schema: shown }, async ({ params: { id }, query }, reply) => {
    const said = doneSentence(await changes(), query.done) ?? addedSentence(query.done)
    return sendSubscriberPage(admin, reply, { id, asked: typedLines(query), said })
  })

  const changed = { params, body: operationBody }
  app.post('/subscribers/:id', { schema: changed, attachValidation: true }, async (request, reply) => {
    const { validationError } = request
    const { id } = request.params
    const typed = validationError ? typedLines(request.body) : request.body
    const operation = operationNamed(await changes(), typed.do ?? '')
    try {
      if (validationError) throw toFault(validationError, request)
      const subject = { who: { id } }
      const done = await runAdminOperation(deps, operation, { actor: actorOf(request), subject, typed })
      return reply.redirect(`/admin/subscribers/${id}?done=${done}`, 303)
    } catch (error) {
      const fault = toFault(error)
      if (fault.status >= 500 || NOT_ABOUT_THE_FORM.includes(fault.code)) throw error
      const status = fault.status === 404 ? 422 : fault.status
      return sendSubscriberPage(admin, reply, { id, problem: fault, form: typed }, status)
    }
  })

  const step = { params: params.extend({ step: z.string() }) }
  const confirming = { schema: step, config: { effect: 'change' as const } }
  app.get('/subscribers/:id/:step', confirming, async ({ params: { id, step } }, reply) => {
    const confirm = operationNamed(await changes(), step).admin?.confirm
    if (!confirm) throw new Fault('page.not-found')
    const { address } = await findSubscriber(deps.db, { id })
    return send(reply, 'step', { id, step, address, ...confirm })
  })
}

const NOT_ABOUT_THE_FORM = ['subscriber.unknown', 'page.not-found']

interface Shown {
  id: string
  /** What the form of a section sent. */
  asked?: Record<string, string>
  said?: string
  problem?: Fault
  /** What was typed into the form of an operation that failed. */
  form?: Record<string, string>
}

async function sendSubscriberPage(
  { deps, send }: AdminSite,
  reply: FastifyReply,
  { id, asked = {}, ...shown }: Shown,
  status?: number,
): Promise<FastifyReply> {
  const isErased = (await tombstoneOf(deps.db, id)) !== null
  if (isErased)
    return send(reply, 'erased', { id, actions: await actionsForSubscriber(deps.db, id), ...shown })
  const view = await subscriberView(deps, { id, asked })
  const problem = view.sections.find((section) => section.problem)?.problem
  return send(reply, 'subscriber', { ...view, problem, ...shown }, status ?? (problem ? 422 : 200))
}

const RECEIPT_DAYS = 30

/** Everything about one subscriber that the operator may look for. Throws subscriber.unknown. */
async function subscriberView(
  deps: ServiceDeps,
  { id, asked }: { id: string; asked: Record<string, string> },
) {
  const { subscriber, topics, suppression, consents, next } = await showSubscriber(deps, { id })
  const { zone } = subscriber
  const today = localDayOf(deps.clock.now(), zone)
  const operations = await subscriberOperations(deps.features)
  const withSection = operations.filter(({ section }) => section)
  const receipts = await receiptsWithReturns(deps, subscriber, addDays(today, -RECEIPT_DAYS))
  return {
    subscriber,
    sections: await Promise.all(withSection.map((one) => sectionView(deps, one, { id, typed: asked }))),
    operations: operations
      .filter(({ admin }) => admin && (admin.when?.({ subscriber, suppression }) ?? true))
      .map(operationForm),
    suppression,
    consents,
    next,
    topics,
    today,
    receipts: receipts.map((receipt) => ({ ...receipt, ...receiptLine(receipt, zone) })),
    actions: await actionsForSubscriber(deps.db, id),
  }
}

/** "Digest, 3 papers" and "Accepted 08:00" */
function receiptLine({ localDate, outcome, papers, mail, note }: ReceiptWithReturns, zone: string) {
  const what = [
    words.admin.subscriber.outcomes[outcome],
    papers > 0 && counted(papers, words.counts.paper),
  ].filter(Boolean)
  const fates = [mail, note].flatMap((fate) => (fate ? [emailOutcomeText(fate, localDate, zone)] : []))
  return { what: what.join(', '), state: capitalized(fates.join('; ')) }
}

function emailOutcomeText(
  { state, reason, acceptedAt, cameBack }: FateWithReturn,
  localDate: Day,
  zone: string,
): string {
  const w = words.admin.subscriber
  const sent = acceptedAt ? fill(w.accepted, { at: timeOf(acceptedAt, localDate, zone) }) : stateName(state)
  if (cameBack) return fill(w.returned, { state: sent, class: classText(cameBack) })
  return reason && !acceptedAt ? fill(w.because, { state: sent, reason: messageReasonText(reason) }) : sent
}
