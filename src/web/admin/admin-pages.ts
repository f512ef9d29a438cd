import cookie from '@fastify/cookie'
import csrf from '@fastify/csrf-protection'
import session from '@fastify/session'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { Fault } from '../../core/errors.ts'
import { logFault, toFault } from '../errors.ts'
import { type AdminRoutes, type LoginMethod, readAdminRoutes, readLoginMethods } from '../feature-routes.ts'
import type { Site } from '../pages.ts'
import { markPrivate } from '../request.ts'
import { addRoutes } from './add-routes.ts'
import { type AdminSite, openAdminPages } from './admin-site.ts'
import { bounceRoutes } from './bounce-routes.ts'
import { listRoutes, subscriberListRoutes } from './list-routes.ts'
import { loginPath, loginRoutes } from './login-routes.ts'
import { messageRoutes } from './message-routes.ts'
import { requireRight } from './operator-rights.ts'
import { actionRoutes, overviewRoutes } from './overview-routes.ts'
import { previewRoutes } from './preview-routes.ts'
import { openSessionStore, PASSWORD_KEY } from './session.repo.ts'
import { subscriberRoutes } from './subscriber-routes.ts'
import { suppressionRoutes } from './suppression-routes.ts'

const SEEN_EVERY_MS = 60_000
const LOOPBACK = /^http:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?(\/|$)/i

/** The operator's pages. No other page of the site uses a cookie. */
export const adminPages: FastifyPluginAsyncZod<Site> = async (app, { deps }) => {
  const added = await readAdminRoutes(deps.features)
  const links = added.flatMap(({ link }) => link ?? [])
  const buttons = added.flatMap(({ button }) => button ?? [])
  const loginMethods = await readLoginMethods(deps.features, deps.config)
  const admin: AdminSite = { deps, send: openAdminPages(deps, { links, buttons, loginMethods }) }
  app.addHook('onRequest', markPrivate)
  app.addHook('onRequest', async (request) => requireHttpsAndSameOrigin(admin, request))
  await addSessions(app, admin)
  app.setErrorHandler(async (error, _request, reply) => sendAdminFault(admin, reply, error))
  app.register(loginRoutes, admin)
  for (const { plugin } of loginMethods) app.register(plugin, admin)
  app.register(loggedInRoutes, { ...admin, added, loginMethods })
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

interface LoggedInSite extends AdminSite {
  added: AdminRoutes[]
  loginMethods: LoginMethod[]
}

const loggedInRoutes: FastifyPluginAsyncZod<LoggedInSite> = async (
  app,
  { added, loginMethods, ...admin },
) => {
  const loginMethodOf = ({ session }: FastifyRequest) =>
    loginMethods.find(({ key }) => key === session.operator?.loginKey)
  const mayContinue = (request: FastifyRequest) =>
    request.session.operator?.loginKey === PASSWORD_KEY || loginMethodOf(request) !== undefined
  app.addHook('onRequest', async (request, reply) => {
    const { session, method, url } = request
    if (session.startedAt && !mayContinue(request)) await session.destroy()
    if (!request.session?.startedAt) return reply.redirect(loginPath(method === 'GET' ? url : '/admin'), 303)
    const now = admin.deps.clock.now().getTime()
    if (now - (session.seenAt ?? 0) >= SEEN_EVERY_MS) session.seenAt = now
  })
  app.addHook('preValidation', (request, reply, done) =>
    request.method === 'POST' ? app.csrfProtection(request, reply, done) : done(),
  )
  app.addHook('preValidation', async (request) => requireRight(request))
  app.post('/logout', { config: { effect: 'read' } }, async (request, reply) => {
    const leavePath = loginMethodOf(request)?.leavePath ?? '/admin/login'
    await request.session.destroy()
    admin.deps.log.info('admin.logged-out')
    return reply.redirect(leavePath, 303)
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
