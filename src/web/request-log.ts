import type { FastifyInstance } from 'fastify'
import type { ServiceDeps } from '../core/deps.ts'

/** Logs one line for each request, with the route's pattern: a URL may contain a token. */
export function addRequestLog(app: FastifyInstance, { log, config }: ServiceDeps): void {
  app.addHook('onResponse', async (request, reply) => {
    log.info('request.done', {
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
    })
  })

  // Behind a proxy that TRUST_PROXY does not name, all visitors would share one rate limit.
  let warned = false
  app.addHook('onRequest', async ({ headers, ips = [] }) => {
    // A request from the proxy's own machine has the proxy's address, and `ips` then contains it twice.
    const isUntrusted = headers['x-forwarded-for'] !== undefined && ips.length < 2
    if (!isUntrusted || warned) return
    warned = true
    log.warn('proxy.untrusted', { trusted: config.TRUST_PROXY.length })
  })
}
