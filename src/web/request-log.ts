import type { FastifyInstance } from 'fastify'
import type { ServiceDeps } from '../core/deps.ts'

/** One line for each request, with the route's pattern: a URL may hold a token. */
export function addRequestLog(app: FastifyInstance, { log, config }: ServiceDeps): void {
  app.addHook('onResponse', async (request, reply) => {
    log.info('request.done', {
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
    })
  })

  // Behind a proxy that TRUST_PROXY does not name, all people would share one limit.
  let warned = false
  app.addHook('onRequest', async ({ headers, ips = [] }) => {
    // Whoever asks from the proxy's own machine has the proxy's address, and is there twice.
    const isUntrusted = headers['x-forwarded-for'] !== undefined && ips.length < 2
    if (!isUntrusted || warned) return
    warned = true
    log.warn('proxy.untrusted', { trusted: config.TRUST_PROXY.length })
  })
}
