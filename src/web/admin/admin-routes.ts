import cookie from '@fastify/cookie'
import csrf from '@fastify/csrf-protection'
import session from '@fastify/session'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { Fault } from '../../core/errors.ts'
import { id } from '../../operator/operations/fields.ts'
import { logFault, toFault } from '../errors.ts'
import type { Site } from '../pages.ts'
import { logOf } from '../request-log.ts'
import { type AdminSite, openAdminPages } from './admin-pages.ts'
import { addDayRoutes } from './day-routes.ts'
import { addLoginRoutes } from './login-routes.ts'
import { addAdminMessageRoutes } from './message-routes.ts'
import { addAdminActionRoutes, addOverviewRoutes } from './overview-routes.ts'
import { addAdminReturnRoutes } from './return-routes.ts'
import { openSessionStore } from './session.repo.ts'
import { addAdminSourceRoutes } from './source-routes.ts'
import { addAdminSubscriberRoutes } from './subscriber-routes.ts'
import { addSuppressionRoutes } from './suppression-routes.ts'
import { addAdminTopicRoutes } from './topic-routes.ts'

const paths = z.looseObject({ id: id.optional() })

const SEEN_EVERY_MS = 60_000
const LOOPBACK = /^http:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?(\/|$)/i

/** The operator's pages, only if ADMIN_PASSWORD is set. No other page of the site uses a cookie. */
export function addAdminRoutes(app: FastifyInstance, { deps }: Site): void {
  if (!deps.config.ADMIN_PASSWORD) return
  const admin: AdminSite = { deps, send: openAdminPages(deps.config) }
  app.register(
    async (scope) => {
      scope.addHook('onRequest', async (_request, reply) => {
        reply.header('cache-control', 'no-store').header('x-robots-tag', 'noindex')
      })
      scope.addHook('onRequest', async (request) => requireHttpsAndSameOrigin(admin, request))
      await addSessions(scope, admin)
      scope.setErrorHandler(async (error, request, reply) => sendAdminFault(admin, request, reply, error))
      addLoginRoutes(scope, admin)
      scope.register(async (inside) => addLoggedInRoutes(inside, admin))
    },
    { prefix: '/admin' },
  )
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

function addLoggedInRoutes(app: FastifyInstance, admin: AdminSite): void {
  app.addHook('onRequest', async ({ session }, reply) => {
    if (!session.startedAt) return reply.redirect('/admin/login', 303)
    const now = admin.deps.clock.now().getTime()
    if (now - (session.seenAt ?? 0) >= SEEN_EVERY_MS) session.seenAt = now
  })
  app.addHook('preHandler', (request, reply, done) =>
    request.method === 'POST' ? app.csrfProtection(request, reply, done) : done(),
  )
  app.addHook('preHandler', async ({ params }) => {
    if (!paths.safeParse(params).success) throw new Fault('page.not-found')
  })
  app.post('/logout', async (request, reply) => {
    await request.session.destroy()
    logOf(admin.deps, request).info('admin.logged-out')
    return reply.redirect('/admin/login', 303)
  })
  addOverviewRoutes(app, admin)
  addAdminSubscriberRoutes(app, admin)
  addAdminTopicRoutes(app, admin)
  addDayRoutes(app, admin)
  addAdminMessageRoutes(app, admin)
  addAdminReturnRoutes(app, admin)
  addAdminSourceRoutes(app, admin)
  addSuppressionRoutes(app, admin)
  addAdminActionRoutes(app, admin)
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

function sendAdminFault(
  { deps, send }: AdminSite,
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
): FastifyReply {
  const fault = isCsrfError(error) ? new Fault('admin.elsewhere') : toFault(error)
  const reference = logFault(deps, request, reply, fault)
  const { code, message, status } = fault
  return send(reply, 'fault', { code, message, status, reference }, status)
}

const isCsrfError = (error: unknown): boolean =>
  String((error as { code?: string }).code).startsWith('FST_CSRF')
