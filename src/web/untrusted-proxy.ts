import type { FastifyInstance } from 'fastify'
import type { ServiceDeps } from '../core/deps.ts'
import { endIncident, recordIncident } from '../core/incident.repo.ts'
import { PROXY_INCIDENT } from '../operator/health/proxy-condition.ts'

/**
 * Reports the first request that came through a proxy which TRUST_PROXY does not name. The incident ends when a process
 * starts, because only other settings can help.
 */
export function reportUntrustedProxy(app: FastifyInstance, { db, clock, config, log }: ServiceDeps): void {
  const trusted = config.TRUST_PROXY.length
  let isReported = false
  // The service also starts without a database that accepts writes: /ready reports it.
  app.addHook('onReady', () => endIncident(db, PROXY_INCIDENT).catch(() => undefined))
  app.addHook('onRequest', async ({ headers, ips = [] }) => {
    // A request from the proxy's own machine has the proxy's address, and `ips` then contains it twice.
    const isUntrusted = headers['x-forwarded-for'] !== undefined && ips.length < 2
    if (!isUntrusted || isReported) return
    isReported = true
    log.warn('proxy.untrusted', { trusted })
    const detail = trusted > 0 ? 'TRUST_PROXY names other addresses' : 'TRUST_PROXY is empty'
    // No request waits for it or fails with it.
    recordIncident(db, { name: PROXY_INCIDENT, what: PROXY_INCIDENT, detail, since: clock.now() }).catch(
      () => {
        isReported = false
      },
    )
  })
}
