import cookie from '@fastify/cookie'
import csrf from '@fastify/csrf-protection'
import session from '@fastify/session'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Fault } from '../../core/errors.ts'
import { counted, words } from '../../i18n/words.ts'
import { logFault, toFault } from '../errors.ts'
import { type AdminRoutes, readAdminRoutes } from '../feature-routes.ts'
import type { Site } from '../pages.ts'
import { formText, markPrivate } from '../request.ts'
import { addRoutes } from './add-routes.ts'
import { type AdminSite, openAdminPages } from './admin-site.ts'
import { bounceRoutes } from './bounce-routes.ts'
import { checkPassword } from './check-password.ts'
import { listRoutes, subscriberListRoutes } from './list-routes.ts'
import { messageRoutes } from './message-routes.ts'
import { actionRoutes, overviewRoutes } from './overview-routes.ts'
import { previewRoutes } from './preview-routes.ts'
import { openSessionStore } from './session.repo.ts'
import { subscriberRoutes } from './subscriber-routes.ts'
import { suppressionRoutes } from './suppression-routes.ts'

const SEEN_EVERY_MS = 60_000
const LOOPBACK = /^http:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?(\/|$)/i

/** The operator's pages. No other page of the site uses a cookie. */
export const adminPages: FastifyPluginAsyncZod<Site> = async (app, { deps }) => {
  const added = await readAdminRoutes(deps.features)
  const links = added.flatMap(({ link }) => link ?? [])
  const buttons = added.flatMap(({ button }) => button ?? [])
  const admin: AdminSite = { deps, send: openAdminPages(deps, { links, buttons }) }
  app.addHook('onRequest', markPrivate)
  app.addHook('onRequest', async (request) => requireHttpsAndSameOrigin(admin, request))
  await addSessions(app, admin)
  app.setErrorHandler(async (error, _request, reply) => sendAdminFault(admin, reply, error))
  app.register(loginRoutes, admin)
  app.register(loggedInRoutes, { ...admin, added })
}

async function addSessions(scope: FastifyInstance, { deps }: AdminSite): Promise<void> {
  const { BASE_URL, APP_SECRET } = deps.config
  const isSecure = BASE_URL.startsWith('https://')
  await scope.register(cookie)
  await scope.register(session, {
    secret: APP_SECRET,
    store: openSessionStore(deps),
    cookieName: isSecure ? '__Host-admin' : 'admin',
    // No expiry: the browser drops the cookie when it closes, and the store ends the session by the injected clock.
    cookie: { path: '/', httpOnly: true, sameSite: 'strict', secure: isSecure },
    saveUninitialized: false,
    rolling: false,
  })
  await scope.register(csrf, {
    sessionPlugin: '@fastify/session',
    getToken: ({ body }) => (body as { token?: string } | undefined)?.token,
  })
}

const loggedInRoutes: FastifyPluginAsyncZod<AdminSite & { added: AdminRoutes[] }> = async (
  app,
  { added, ...admin },
) => {
  app.addHook('onRequest', async ({ session }, reply) => {
    if (!session.startedAt) return reply.redirect('/admin/login', 303)
    const now = admin.deps.clock.now().getTime()
    if (now - (session.seenAt ?? 0) >= SEEN_EVERY_MS) session.seenAt = now
  })
  app.addHook('preValidation', (request, reply, done) =>
    request.method === 'POST' ? app.csrfProtection(request, reply, done) : done(),
  )
  app.post('/logout', async (request, reply) => {
    await request.session.destroy()
    admin.deps.log.info('admin.logged-out')
    return reply.redirect('/admin/login', 303)
  })
  app.register(overviewRoutes, admin)
  app.register(subscriberListRoutes, admin)
  app.register(previewRoutes, admin)
  app.register(addRoutes, admin)
  app.register(subscriberRoutes, admin)
  app.register(listRoutes, admin)
  app.register(messageRoutes, admin)
  app.register(bounceRoutes, admin)
  app.register(suppressionRoutes, admin)
  app.register(actionRoutes, admin)
  for (const { plugin } of added) app.register(plugin, admin)
}

/** Throws admin.not-https, admin.elsewhere. Plain http is only for a site on this computer, never for production. */
async function requireHttpsAndSameOrigin({ deps }: AdminSite, request: FastifyRequest): Promise<void> {
  if (!LOOPBACK.test(deps.config.BASE_URL) && request.protocol !== 'https') throw new Fault('admin.not-https')
  if (request.method === 'POST' && !isSameOrigin(deps.config.BASE_URL, request))
    throw new Fault('admin.elsewhere')
}

/**
 * The login form has no CSRF token yet, and browsers before 2023 send no Sec-Fetch-Site. Clients that send neither
 * header pass.
 */
function isSameOrigin(baseUrl: string, { headers, protocol, host }: FastifyRequest): boolean {
  const { origin, 'sec-fetch-site': site = 'same-origin' } = headers
  const ours = [undefined, new URL(baseUrl).origin, `${protocol}://${host}`]
  return site === 'same-origin' && ours.includes(origin)
}

function sendAdminFault({ deps, send }: AdminSite, reply: FastifyReply, error: unknown): FastifyReply {
  const fault = isCsrfError(error) ? new Fault('admin.elsewhere') : toFault(error, reply.request)
  const reference = logFault(deps, reply, fault)
  const { code, message, status } = fault
  return send(reply, 'fault', { code, message, status, reference }, status)
}

const isCsrfError = (error: unknown): boolean =>
  String((error as { code?: string }).code).startsWith('FST_CSRF')

/** The login page. A GET sets no cookie: only a login creates a session. */
const loginRoutes: FastifyPluginAsyncZod<AdminSite> = async (app, admin) => {
  const { deps, send } = admin
  app.get('/login', async ({ session }, reply) =>
    session.startedAt ? reply.redirect('/admin', 303) : send(reply, 'login', { problem: '' }),
  )

  const body = z.object({ password: formText.default('') }).prefault({})
  app.post('/login', { schema: { body }, attachValidation: true }, async (request, reply) => {
    const { validationError, ip, body } = request
    if (validationError) return send(reply, 'login', { problem: toFault(validationError, request) }, 422)
    const { isCorrect, waitSeconds } = await checkPassword(deps, { kind: 'admin', ip, ...body })
    if (waitSeconds > 0) return sendTooManyAttempts(admin, reply, waitSeconds)
    if (!isCorrect) return send(reply, 'login', { problem: new Fault('admin.wrong-password') }, 403)
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
  const message = counted(Math.ceil(seconds / 60), words.admin.login.tooMany)
  const problem = { code: 'rate.too-many', message }
  return send(reply.header('retry-after', seconds), 'login', { problem }, 429)
}
