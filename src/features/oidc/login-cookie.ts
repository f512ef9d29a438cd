import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { MINUTE_MS } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { seal, unseal } from '../../core/secrets.ts'
import type { LoginSecrets } from './oidc-client.ts'

/** How long a person may take at the provider. */
const MAX_LOGIN_MS = 10 * MINUTE_MS
const PURPOSE = 'oidc login'

/** A login in progress, and the page to go to afterwards. */
export interface PendingLogin extends LoginSecrets {
  to: string
}

const pending = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  to: z.string(),
  until: z.number(),
})

/** The browser that began a login has its secrets, so no other browser can end it. One login at a time. */
export function openLoginCookie({ config, clock }: Pick<Deps, 'config' | 'clock'>) {
  const secure = config.BASE_URL.startsWith('https://')
  // No other host of the same domain can set a cookie with this prefix.
  const name = secure ? '__Host-admin-login' : 'admin-login'
  // Unlike the session's, it must come with the request to which the provider's page leads.
  const options = { path: '/', httpOnly: true, secure, sameSite: 'lax' } as const
  return {
    set(reply: FastifyReply, login: PendingLogin): void {
      const until = clock.now().getTime() + MAX_LOGIN_MS
      const value = seal(JSON.stringify({ ...login, until }), {
        secret: config.APP_SECRET[0]!,
        purpose: PURPOSE,
      })
      reply.setCookie(name, value, { ...options, maxAge: MAX_LOGIN_MS / 1000 })
    },
    /** The login of this browser, once; undefined if it began no login, or took too long. */
    take(request: FastifyRequest, reply: FastifyReply): PendingLogin | undefined {
      reply.clearCookie(name, options)
      const value = request.cookies[name]
      const text = value && unseal(value, { secrets: config.APP_SECRET, purpose: PURPOSE })
      if (!text) return undefined
      const { until, ...login } = pending.parse(JSON.parse(text))
      return until > clock.now().getTime() ? login : undefined
    },
  }
}
