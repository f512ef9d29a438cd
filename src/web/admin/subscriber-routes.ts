import type { FastifyReply } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { findSubscriber } from '../../account/find-subscriber.ts'
import type { Day } from '../../core/dates.ts'
import { Fault, FieldFaults } from '../../core/errors.ts'
import { id } from '../../operator/operations/fields.ts'
import { ADMIN_OPERATIONS } from '../../operator/operations/subscriber-changes.ts'
import { addressHash, parseAddress } from '../../subscribers/address.ts'
import { countByState } from '../../subscribers/subscriber-lists.repo.ts'
import { suppressionOf } from '../../subscribers/suppression.repo.ts'
import { toFault } from '../errors.ts'
import { optionalText } from '../request.ts'
import { type AdminSite, dayField, emailForm, typedLines } from './admin-site.ts'
import { doneSentence, operationBody, operationNamed, runAdminOperation } from './operation-forms.ts'
import { erasedView, subscriberView } from './subscriber-view.ts'

/** One subscriber, found by address and then identified by number. No URL contains the address. */
export const subscriberRoutes: FastifyPluginAsyncZod<AdminSite> = async (app, admin) => {
  const { deps, send } = admin
  app.get('/subscribers', async (_request, reply) => sendFinder(admin, reply, { email: '' }))

  app.post('/subscribers', { schema: emailForm, attachValidation: true }, async (request, reply) => {
    const { validationError } = request
    const { email = '' } = validationError ? typedLines(request.body) : request.body
    try {
      if (validationError) throw validationError
      return reply.redirect(`/admin/subscribers/${(await findSubscriber(deps.db, { email })).id}`, 303)
    } catch (error) {
      const fault = toFault(error, request)
      const { code, message } = fault
      const isOfForm = code === 'subscriber.unknown' || code.startsWith('address.')
      if (!isOfForm && !(fault instanceof FieldFaults)) throw error
      const problem = code === 'subscriber.unknown' ? await unknownText(admin, email) : message
      return sendFinder(admin, reply, { email, problem }, 422)
    }
  })

  const params = z.object({ id })
  const shown = { params, querystring: z.object({ date: dayField, done: optionalText }) }
  app.get('/subscribers/:id', { schema: shown }, async ({ params: { id }, query }, reply) => {
    const { day: date, ...wrong } = query.date
    const said = doneSentence(ADMIN_OPERATIONS, query.done)
    return sendSubscriberPage(admin, reply, { id, date, said, ...wrong }, wrong.problem ? 422 : 200)
  })

  const changed = { params, body: operationBody }
  app.post('/subscribers/:id', { schema: changed, attachValidation: true }, async (request, reply) => {
    const { validationError } = request
    const { id } = request.params
    const typed = validationError ? typedLines(request.body) : request.body
    const operation = operationNamed(ADMIN_OPERATIONS, typed.do ?? '')
    try {
      if (validationError) throw toFault(validationError, request)
      const done = await runAdminOperation(deps, operation, { subject: { who: { id } }, typed })
      return reply.redirect(`/admin/subscribers/${id}?done=${done}`, 303)
    } catch (error) {
      const fault = toFault(error)
      if (fault.status >= 500 || NOT_ABOUT_THE_FORM.includes(fault.code)) throw error
      const status = fault.status === 404 ? 422 : fault.status
      return sendSubscriberPage(admin, reply, { id, problem: fault.message, form: typed }, status)
    }
  })

  const step = { params: params.extend({ step: z.string() }) }
  app.get('/subscribers/:id/:step', { schema: step }, async ({ params: { id, step } }, reply) => {
    const { confirm } = operationNamed(ADMIN_OPERATIONS, step).admin
    if (!confirm) throw new Fault('page.not-found')
    const { address } = await findSubscriber(deps.db, { id })
    return send(reply, 'step', { id, step, address, ...confirm })
  })
}

const NOT_ABOUT_THE_FORM = ['subscriber.unknown', 'page.not-found']

/** An address without a subscriber may be suppressed all the same. */
async function unknownText({ deps }: AdminSite, email: string): Promise<string> {
  const hash = addressHash(parseAddress(email).key, deps.config.SUPPRESSION_KEY)
  const found = await suppressionOf(deps.db, hash)
  return found
    ? `No subscriber has this address. It is suppressed (${found.reason}), so we don’t email it.`
    : 'No subscriber has this address. Try another spelling, or an earlier address.'
}

async function sendFinder(
  { deps, send }: AdminSite,
  reply: FastifyReply,
  shown: { email: string; problem?: string },
  status?: number,
): Promise<FastifyReply> {
  return send(reply, 'subscribers', { states: await countByState(deps.db), ...shown }, status)
}

interface Shown {
  id: string
  date?: Day
  /** The typed text if it is not a date. */
  typed?: string
  said?: string
  problem?: string
  /** What was typed into the form of an operation that failed. */
  form?: Record<string, string>
}

async function sendSubscriberPage(
  { deps, send }: AdminSite,
  reply: FastifyReply,
  { id, date, ...shown }: Shown,
  status?: number,
): Promise<FastifyReply> {
  const erased = await erasedView(deps, id)
  if (erased) return send(reply, 'erased', { ...erased, ...shown })
  return send(reply, 'subscriber', { ...(await subscriberView(deps, { id, date })), ...shown }, status)
}
