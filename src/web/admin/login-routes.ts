import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Fault } from '../../core/errors.ts'
import { counted, words } from '../../i18n/words.ts'
import { toFault } from '../errors.ts'
import { firstText, formText } from '../request.ts'
import type { AdminSite } from './admin-site.ts'
import { checkPassword } from './check-password.ts'
import { PASSWORD_KEY, type SessionOperator } from './session.repo.ts'

const PASSWORD_OPERATOR: SessionOperator = { name: '', mayChange: true, loginKey: PASSWORD_KEY }

/** The login page, with each login method. A GET sets no cookie: only a login creates a session. */
export const loginRoutes: FastifyPluginAsyncZod<AdminSite> = async (app, admin) => {
  const { deps, send } = admin
  const querystring = z.object({ to: firstText })
  app.get('/login', { schema: { querystring } }, async ({ session, query }, reply) => {
    const to = returnPath(query.to)
    return session.startedAt ? reply.redirect(to, 303) : send(reply, 'login', { problem: '', to })
  })

  if (!deps.config.ADMIN_PASSWORD) return
  const body = z.object({ password: formText.default(''), to: formText.default('') }).prefault({})
  app.post('/login', { schema: { body }, attachValidation: true }, async (request, reply) => {
    const { validationError, ip, body } = request
    if (validationError)
      return send(reply, 'login', { problem: toFault(validationError, request), to: '/admin' }, 422)
    const { password } = body
    const to = returnPath(body.to)
    const { isCorrect, waitSeconds } = await checkPassword(deps, { kind: 'admin', ip, password })
    if (waitSeconds > 0) return sendTooManyAttempts(admin, reply, { to, seconds: waitSeconds })
    if (!isCorrect) return send(reply, 'login', { problem: new Fault('admin.wrong-password'), to }, 403)
    await startSession(admin, request, reply, PASSWORD_OPERATOR)
    return reply.redirect(to, 303)
  })
}

/** Begins a session with a new cookie, so that one which was planted before the login is worth nothing. */
export async function startSession(
  { deps }: Pick<AdminSite, 'deps'>,
  request: FastifyRequest,
  reply: FastifyReply,
  operator: SessionOperator,
): Promise<void> {
  await request.session.regenerate()
  const now = deps.clock.now().getTime()
  Object.assign(request.session, { startedAt: now, seenAt: now, fresh: true, operator })
  // Created now, so that two pages that open at the same time share one secret.
  reply.generateCsrf()
  deps.log.info('admin.logged-in')
}

function sendTooManyAttempts(
  { send }: AdminSite,
  reply: FastifyReply,
  { to, seconds }: { to: string; seconds: number },
): FastifyReply {
  const message = counted(Math.ceil(seconds / 60), words.admin.login.tooMany)
  const problem = { code: 'rate.too-many', message }
  return send(reply.header('retry-after', seconds), 'login', { problem, to }, 429)
}

const MAX_PATH_LENGTH = 1000
/** Any origin: the path of an address that leads elsewhere is refused. */
const HERE = 'http://localhost'

/** The admin page to go to after the login: a path below /admin, and /admin for anything else. */
export function returnPath(to: string): string {
  const url = to.startsWith('/') && to.length <= MAX_PATH_LENGTH ? URL.parse(to, HERE) : null
  const isAdminPage = url?.origin === HERE && /^\/admin(\/|$)/.test(url.pathname)
  return isAdminPage ? url.pathname + url.search : '/admin'
}

/** The login page, which leads back to this page after the login. */
export const loginPath = (to: string): string =>
  to === '/admin' ? '/admin/login' : `/admin/login?${new URLSearchParams({ to })}`
