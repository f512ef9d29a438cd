import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Config } from '../../config/config.ts'
import { HOUR_MS } from '../../core/dates.ts'
import { Fault } from '../../core/errors.ts'
import { fill, words } from '../../i18n/words.ts'
import { type RateLimit, requirePermit } from '../../limits/rate-limit.ts'
import type { AdminSite } from '../../web/admin/admin-site.ts'
import { returnPath, startSession } from '../../web/admin/login-routes.ts'
import type { LoginMethod } from '../../web/feature-routes.ts'
import { firstText } from '../../web/request.ts'
import { openLoginCookie } from './login-cookie.ts'
import { type LoginProvider, openProvider } from './oidc-client.ts'
import { OidcFault } from './oidc-fault.ts'
import { operatorOfClaims } from './operator-of-claims.ts'
import { type OidcSettings, oidcSettings } from './settings.ts'

/** Who leaves a group keeps the session until then: see docs/recipes/oidc.md. */
const MAX_SESSION_MS = HOUR_MS

const PATHS = { start: '/oidc/start', callback: '/oidc/callback', leave: '/oidc/leave' }
const PAGE = new URL('continue.eta', import.meta.url)

/** Each may ask the provider. */
const LOGINS: RateLimit = { name: 'oidc', label: 'logins of one network', capacity: 30, perSecond: 30 / 900 }

export function oidcLogin(config: Config): LoginMethod {
  const settings = oidcSettings(config)
  const host = new URL(settings.issuer).host
  const key = keyOf(settings)
  const provider = openProvider(settings)
  const w = words.admin.oidc
  return {
    plugin: async (app, admin) => void app.register(oidcRoutes, { ...admin, settings, provider, key }),
    path: `/admin${PATHS.start}`,
    text: fill(w.button, { host }),
    hint: w.hint,
    key,
    leavePath: `/admin${PATHS.leave}`,
  }
}

/** Without the secret: the key is stored with each session. */
const keyOf = ({ clientSecret: _, ...settings }: OidcSettings): string =>
  createHash('sha256').update(JSON.stringify(settings)).digest('hex')

interface OidcSite extends AdminSite {
  settings: OidcSettings
  provider: LoginProvider
  key: string
}

const oidcRoutes: FastifyPluginAsyncZod<OidcSite> = async (app, site) => {
  const { deps, send, provider } = site
  const { db, config } = deps
  const cookie = openLoginCookie(deps)
  // From BASE_URL, never from the Host of a request, which anyone can write.
  const callbackUrl = `${config.BASE_URL}/admin${PATHS.callback}`

  const querystring = z.object({ to: firstText })
  app.get(PATHS.start, { schema: { querystring } }, async (request, reply) => {
    const to = returnPath(request.query.to)
    await requirePermit(db, LOGINS, request)
    try {
      const { url, secrets } = await provider.authorizationUrl(callbackUrl)
      cookie.set(reply, { ...secrets, to })
      return reply.redirect(url.href, 303)
    } catch (error) {
      return sendRefusal(site, reply, { error, to })
    }
  })

  app.get(PATHS.callback, async (request, reply) => {
    await requirePermit(db, LOGINS, request)
    const login = cookie.take(request, reply)
    const to = login?.to ?? '/admin'
    try {
      if (!login) throw new OidcFault('oidc.refused', {}, { cause: { code: 'no login in progress' } })
      const { search } = new URL(request.url, config.BASE_URL)
      const claims = await provider.claims(new URL(callbackUrl + search), login)
      await logIn(site, request, reply, operatorOfClaims(claims, site.settings))
    } catch (error) {
      return sendRefusal(site, reply, { error, to })
    }
    // A redirect would still be a request from the provider's page, to which the browser adds no strict cookie.
    return send(reply.header('refresh', `0; url=${to}`), PAGE, { to, page: 'loggedIn' })
  })

  app.get(PATHS.leave, async (_request, reply) => {
    const url = await logoutUrl(site)
    if (!url) return reply.redirect('/admin/login', 303)
    // A redirect after a form may not leave the site: Content-Security-Policy, form-action.
    return send(reply.header('refresh', `0; url=${url}`), PAGE, { to: url, page: 'loggedOut' })
  })
}

async function logIn(
  site: OidcSite,
  request: FastifyRequest,
  reply: FastifyReply,
  operator: { name: string; mayChange: boolean },
): Promise<void> {
  const endsAt = site.deps.clock.now().getTime() + MAX_SESSION_MS
  await startSession(site, request, reply, { ...operator, loginKey: site.key, endsAt })
}

/** The login page with the reason. Logs the library's code, and nothing that the provider or the browser sent. */
function sendRefusal(
  { deps, send }: OidcSite,
  reply: FastifyReply,
  { error, to }: { error: unknown; to: string },
): FastifyReply {
  if (!(error instanceof Fault) || !error.code.startsWith('oidc.')) throw error
  const { code = 'none' } = (error.cause ?? {}) as { code?: string }
  deps.log.warn('admin.refused', { code: error.code, what: code })
  return send(reply, 'login', { problem: error, to }, error.status)
}

/** Undefined if the provider has no page for it, or does not respond: our own session has ended by then. */
async function logoutUrl({ deps, provider }: OidcSite): Promise<string | undefined> {
  try {
    const url = await provider.logoutUrl(`${deps.config.BASE_URL}/admin/login`)
    return url && /^https?:$/.test(url.protocol) ? url.href : undefined
  } catch (error) {
    if (!(error instanceof OidcFault)) throw error
    return undefined
  }
}
