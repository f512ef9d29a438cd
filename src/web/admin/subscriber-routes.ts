import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { findSubscriber } from '../../account/with-subscriber.ts'
import type { Day } from '../../core/dates.ts'
import { Fault } from '../../core/errors.ts'
import { nudgeAnswers } from '../../mail/nudge-answers.ts'
import { audited } from '../../operator/audited.ts'
import { addressHash, parseAddress } from '../../subscribers/address.ts'
import { countByState } from '../../subscribers/subscriber-lists.repo.ts'
import { suppressionOf } from '../../subscribers/suppression.repo.ts'
import { faultOf } from '../errors.ts'
import { read } from '../request.ts'
import type { AdminSite } from './admin-site.ts'
import { line } from './fields.ts'
import { readVerbForm, STEPS, saidOf, VERBS, type VerbForm } from './subscriber-verbs.ts'
import { erasedView, subscriberView } from './subscriber-view.ts'
import { typedDay } from './typed-day.ts'

interface WithId {
  Params: { id: string; step: string }
  Querystring: { date?: string; done?: unknown }
}

/** One subscriber: found by address, then known by number. The address stands in no URL. */
export function addSubscriberRoutes(app: FastifyInstance, admin: AdminSite): void {
  const { deps, send } = admin
  app.get('/subscribers', async (_request, reply) => sendFinder(admin, reply, { email: '' }))

  app.post('/subscribers', async ({ body }, reply) => {
    const { email } = read(z.object({ email: line }), body)
    try {
      return reply.redirect(`/admin/subscribers/${(await findSubscriber(deps.db, { email })).id}`, 303)
    } catch (error) {
      const { code, message } = faultOf(error)
      if (code !== 'subscriber.unknown' && !code.startsWith('address.')) throw error
      const problem = code === 'subscriber.unknown' ? await unknownText(admin, email) : message
      return sendFinder(admin, reply, { email, problem }, 422)
    }
  })

  app.get<WithId>('/subscribers/:id', async ({ params: { id }, query }, reply) => {
    const { day: date, ...wrong } = typedDay(query.date)
    const status = wrong.problem ? 422 : 200
    return sendPage(admin, reply, { id, date, said: saidOf(query.done), ...wrong }, status)
  })

  app.post<WithId>('/subscribers/:id', async ({ params: { id }, body }, reply) => {
    const form = readVerbForm(body)
    const doing = Object.hasOwn(VERBS, form.do) ? VERBS[form.do] : undefined
    if (!doing) throw new Fault('page.not-found')
    try {
      const asked = { door: 'admin', verb: doing.verb, subscriberId: id } as const
      const other = await audited(deps, asked, (tried) => doing.work(tried, id, form))
      if (form.do === 'send-link') await nudgeAnswers(deps)
      const done = typeof other === 'string' ? other : form.do
      return reply.redirect(`/admin/subscribers/${id}?done=${done}`, 303)
    } catch (error) {
      const fault = faultOf(error)
      if (fault.status >= 500 || fault.code === 'subscriber.unknown') throw error
      return sendPage(admin, reply, { id, problem: fault.message, form }, fault.status)
    }
  })

  app.get<WithId>('/subscribers/:id/:step', async ({ params: { id, step } }, reply) => {
    if (!Object.hasOwn(STEPS, step)) throw new Fault('page.not-found')
    const { address } = await findSubscriber(deps.db, { id })
    return send(reply, 'step', { id, step, address, ...STEPS[step] })
  })
}

/** Somebody who was never here, or left without a trace, may be suppressed all the same. */
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
  /** A date that is none. */
  typed?: string
  said?: string
  problem?: string
  form?: VerbForm
}

async function sendPage(
  { deps, send }: AdminSite,
  reply: FastifyReply,
  { id, date, ...shown }: Shown,
  status?: number,
): Promise<FastifyReply> {
  const erased = await erasedView(deps, id)
  if (erased) return send(reply, 'erased', { ...erased, ...shown })
  return send(reply, 'subscriber', { ...(await subscriberView(deps, { id, date })), ...shown }, status)
}
