import type { FastifyReply } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { findSubscriber } from '../../account/find-subscriber.ts'
import { recordAction } from '../../core/action.repo.ts'
import type { ServiceDeps } from '../../core/deps.ts'
import { id } from '../../operator/operations/fields.ts'
import { testMailLines } from '../../operator/operations/mail.ts'
import { todaysEmail } from '../../operator/preview-digest.ts'
import { sendTestEmail } from '../../operator/send-directly.ts'
import { toFault } from '../errors.ts'
import { formOf } from '../request.ts'
import { POLICY_WITH_FRAME } from '../security-headers.ts'
import { type AdminSite, lineField } from './admin-site.ts'
import { type AdminActor, actorOf } from './operator-rights.ts'

/** An email has styles of its own; nothing else in it may run, load or be sent. */
const EMAIL_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox"

const body = z.object({ email: lineField, do: lineField })

/** The other button sends an email. */
const effect = ({ do: pressed }: Readonly<Record<string, unknown>>) =>
  pressed === 'preview' ? 'read' : 'change'

/** Today's email as a subscriber would get it, and a test of the mail server. */
export const previewRoutes: FastifyPluginAsyncZod<AdminSite> = async (app, { deps, send }) => {
  const show = (reply: FastifyReply, shown: object = {}, status = 200) =>
    send(reply, 'preview', { email: '', pressed: '', lines: [], ...shown }, status)

  app.get('/preview', async (_request, reply) => show(reply))

  const pressing = { schema: { body }, attachValidation: true, config: { effect } }
  app.post('/preview', pressing, async (request, reply) => {
    const { email, do: pressed } = formOf(body, request)
    try {
      if (request.validationError) throw request.validationError
      if (pressed === 'test') return show(reply, { lines: await sendTest(deps, email, actorOf(request)) })
      return reply.redirect(`/admin/subscribers/${(await findSubscriber(deps.db, { email })).id}/email`, 303)
    } catch (error) {
      const fault = toFault(error, request)
      if (fault.status >= 500 && !/^(smtp|dkim)\./.test(fault.code)) throw error
      return show(reply, { email, pressed, problem: fault }, 422)
    }
  })

  const params = { params: z.object({ id }) }
  app.get('/subscribers/:id/email', { schema: params }, async ({ params: { id } }, reply) => {
    const { address } = await findSubscriber(deps.db, { id })
    reply.header('content-security-policy', POLICY_WITH_FRAME)
    return send(reply, 'email', { id, address, ...(await todaysEmail(deps, id)) })
  })

  app.get('/subscribers/:id/email/html', { schema: params }, async ({ params: { id } }, reply) => {
    const { mail } = await todaysEmail(deps, id)
    if (!mail?.html) return reply.redirect(`/admin/subscribers/${id}/email`, 303)
    return reply
      .header('content-security-policy', EMAIL_POLICY)
      .type('text/html; charset=utf-8')
      .send(mail.html)
  })
}

async function sendTest(deps: ServiceDeps, email: string, actor: AdminActor): Promise<string[]> {
  const sent = await sendTestEmail(deps, { email })
  await recordAction(deps.db, { at: deps.clock.now(), ...actor, verb: 'mail test' })
  return testMailLines(sent, deps.config.SMTP_URL!)
}
