import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import router from 'find-my-way'
import { Fault } from '../core/errors.ts'

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** Longer than any address that reaches a route. */
const MAX_PATH = 100_000

type AllowedMethods = (url: string) => string[]

/** Redirects an address with a slash at its end to the one without. */
export function redirectTrailingSlashes(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ method, url }, reply) => {
    const [, path = '', query = ''] = /^([^?#]*)(.*)$/s.exec(url) ?? []
    const isRead = method === 'GET' || method === 'HEAD'
    if (!isRead || path === '/' || !path.endsWith('/')) return
    // With two slashes at the beginning it would lead to another site, and browsers take a backslash for a slash.
    return reply.redirect(`/${path.replace(/^[\\/]+|\/+$/g, '')}${query}`, 301)
  })
}

/**
 * Returns which methods the routes that are registered from now on have at an address. Fastify's own `hasRoute` looks
 * for a pattern, not for what matches it.
 */
export function watchAllowedMethods(app: FastifyInstance): AllowedMethods {
  const known = router({ maxParamLength: MAX_PATH })
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of METHODS) {
      const isNew = [method].flat().includes(one) && !known.hasRoute(one, url)
      if (isNew) known.on(one, url, () => undefined)
    }
  })
  return (url) => {
    const [path = ''] = url.split(/[?#]/, 1)
    const methods = METHODS.filter((method) => known.find(method, path))
    return methods.length > 0 ? [...methods, 'OPTIONS'] : []
  }
}

/** Replies to OPTIONS; throws request.method-not-allowed, page.not-found. */
export function replyWithoutRoute(
  { method, url }: FastifyRequest,
  reply: FastifyReply,
  allowedMethods: AllowedMethods,
): FastifyReply {
  const allowed = allowedMethods(url)
  if (allowed.length === 0) throw new Fault('page.not-found')
  reply.header('allow', allowed.join(', '))
  if (method === 'OPTIONS') return reply.code(204).send()
  throw new Fault('request.method-not-allowed', { method, allowed: allowed.join(', ') })
}
