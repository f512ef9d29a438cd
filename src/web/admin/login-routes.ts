import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { read, text } from '../request.ts'
import type { AdminSite } from './admin-site.ts'
import { tryPassword } from './try-password.ts'

const WRONG = 'That password is not correct. Try again.'

/** The way in. A GET leaves no cookie: only who is in has a session. */
export function addLoginRoutes(app: FastifyInstance, admin: AdminSite): void {
  const { deps, send } = admin
  app.get('/login', async ({ session }, reply) =>
    session.startedAt ? reply.redirect('/admin', 303) : send(reply, 'login', { problem: '' }),
  )

  app.post('/login', async (request, reply) => {
    const { password } = read(z.object({ password: text.default('') }), request.body)
    const { isRight, waitSeconds } = await tryPassword(deps, {
      door: 'admin',
      ip: request.ip,
      password,
    })
    if (waitSeconds > 0) return refuseForNow(admin, reply, waitSeconds)
    if (!isRight) return send(reply, 'login', { problem: WRONG }, 403)
    await logIn(admin, request, reply)
    return reply.redirect('/admin', 303)
  })
}

async function logIn({ deps }: AdminSite, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  await request.session.regenerate()
  const now = deps.clock.now().getTime()
  Object.assign(request.session, { startedAt: now, seenAt: now, fresh: true })
  // Now, so that two pages that are opened at once share one secret.
  reply.generateCsrf()
  deps.log.info('admin.logged-in')
}

function refuseForNow({ send }: AdminSite, reply: FastifyReply, seconds: number): FastifyReply {
  const minutes = Math.ceil(seconds / 60)
  const problem = `Too many attempts. Wait ${minutes === 1 ? 'a minute' : `${minutes} minutes`}, then try again. Until then, even the correct password is rejected.`
  return send(reply.header('retry-after', seconds), 'login', { problem }, 429)
}
