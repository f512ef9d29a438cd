import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { toFault } from '../errors.ts'
import { formText } from '../request.ts'
import type { AdminSite } from './admin-site.ts'
import { checkPassword } from './check-password.ts'

const WRONG = 'That password is not correct. Try again.'

/** The login page. A GET sets no cookie: only a login creates a session. */
export const loginRoutes: FastifyPluginAsyncZod<AdminSite> = async (app, admin) => {
  const { deps, send } = admin
  app.get('/login', async ({ session }, reply) =>
    session.startedAt ? reply.redirect('/admin', 303) : send(reply, 'login', { problem: '' }),
  )

  const body = z.object({ password: formText.default('') }).prefault({})
  app.post('/login', { schema: { body }, attachValidation: true }, async (request, reply) => {
    const { validationError, ip, body } = request
    if (validationError)
      return send(reply, 'login', { problem: toFault(validationError, request).message }, 422)
    const { isCorrect, waitSeconds } = await checkPassword(deps, { kind: 'admin', ip, ...body })
    if (waitSeconds > 0) return sendTooManyAttempts(admin, reply, waitSeconds)
    if (!isCorrect) return send(reply, 'login', { problem: WRONG }, 403)
    await logIn(admin, request, reply)
    return reply.redirect('/admin', 303)
  })
}

async function logIn({ deps }: AdminSite, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  await request.session.regenerate()
  const now = deps.clock.now().getTime()
  Object.assign(request.session, { startedAt: now, seenAt: now, fresh: true })
  // Created now, so that two pages that open at the same time share one secret.
  reply.generateCsrf()
  deps.log.info('admin.logged-in')
}

function sendTooManyAttempts({ send }: AdminSite, reply: FastifyReply, seconds: number): FastifyReply {
  const minutes = Math.ceil(seconds / 60)
  const problem = `Too many attempts. Wait ${minutes === 1 ? 'a minute' : `${minutes} minutes`}, then try again. Until then, even the correct password is rejected.`
  return send(reply.header('retry-after', seconds), 'login', { problem }, 429)
}
