import { maxHeaderSize } from 'node:http'
import formbody from '@fastify/formbody'
import helmet from '@fastify/helmet'
import assets from '@fastify/static'
import fastify, { type FastifyInstance } from 'fastify'
import type { ServiceDeps } from '../core/deps.ts'
import { addMyLinkRoutes } from './account/account-routes.ts'
import { addAdminRoutes } from './admin/admin-routes.ts'
import { addMetricsRoute } from './admin/metrics-route.ts'
import { addAdmissionControl } from './admission-control.ts'
import { addApi } from './api/api.ts'
import { ASSET_CACHE_OPTIONS, ASSETS_FOLDER, ASSETS_PATH, addPackageAssets } from './assets.ts'
import { addErrorHandlers, BODY_LIMIT } from './errors.ts'
import { openPageRenderer, type Site } from './pages.ts'
import { addPrivatePages } from './private-pages.ts'
import { securityHeaders } from './security-headers.ts'
import { addServiceRoutes } from './service-routes.ts'
import { addPreviewRoutes } from './signup/preview-routes.ts'
import { addSubscribeRoutes } from './signup/subscribe-routes.ts'
import { addDiscoveryRoutes } from './site/discovery-routes.ts'
import { addFeedRoutes } from './site/feed-routes.ts'
import { addPaperRoutes } from './site/paper-routes.ts'
import { addSearchRoutes } from './site/search-routes.ts'
import { addWebhookRoutes } from './webhooks/webhook-routes.ts'

/**
 * In milliseconds. A whole request, headers and body, must arrive within `requestTimeout`; Node checks at intervals.
 */
interface RequestLimits {
  requestTimeout: number
  connectionsCheckingInterval: number
}

/** By default Node checks every 30 s, which doubles the time that a request may take. */
export const REQUEST_LIMITS: RequestLimits = { requestTimeout: 30_000, connectionsCheckingInterval: 2000 }

/** Returns the server, ready to listen or for `inject`. */
export function buildServer(deps: ServiceDeps, limits = REQUEST_LIMITS): FastifyInstance {
  const { BASE_URL, TRUST_PROXY } = deps.config
  const site: Site = { deps, pages: openPageRenderer(deps.config) }
  const app = fastify({
    logger: false,
    requestTimeout: limits.requestTimeout,
    http: { ...limits, headersTimeout: limits.requestTimeout },
    bodyLimit: BODY_LIMIT,
    trustProxy: TRUST_PROXY.length > 0 ? TRUST_PROXY : false,
    // No parameter can be longer, so an id or a garbled token of any length gets our own 404, not Fastify's 414.
    routerOptions: { maxParamLength: maxHeaderSize },
    rewriteUrl: ({ url = '/' }) => toDecodableUrl(url),
  })
  app.addHook('onRequest', async (_request, reply) => void reply.header('cache-control', 'no-cache'))
  addRequestLog(app, deps)
  addErrorHandlers(app, site)
  app.register(helmet, securityHeaders(BASE_URL))
  app.register(formbody)
  app.register(assets, {
    root: ASSETS_FOLDER,
    prefix: ASSETS_PATH,
    ...ASSET_CACHE_OPTIONS,
    wildcard: false,
    index: false,
  })
  app.register(async (scope) => {
    addAdmissionControl(scope, site)
    addPackageAssets(scope)
    addPaperRoutes(scope, site)
    addSearchRoutes(scope, site)
    addFeedRoutes(scope, site)
    addDiscoveryRoutes(scope, site)
    addSubscribeRoutes(scope, site)
    addPreviewRoutes(scope, site)
    addMyLinkRoutes(scope, site)
    addPrivatePages(scope, site)
    addServiceRoutes(scope, site)
    addMetricsRoute(scope, site)
    addWebhookRoutes(scope, site)
    addAdminRoutes(scope, site)
    addApi(scope, site)
  })
  return app
}

/**
 * Returns a URL whose path can be decoded. In a path that an email program or a scanner garbled, percent signs are
 * escaped. Such a request then gets our 404, with our headers, instead of the router's own response.
 */
export function toDecodableUrl(url: string): string {
  const [path = ''] = url.split(/[?#]/, 1)
  try {
    decodeURI(path)
    return url
  } catch {
    return path.replaceAll('%', '%25') + url.slice(path.length)
  }
}

/** Logs one line for each request, with the route's pattern: a URL may contain a token. */
function addRequestLog(app: FastifyInstance, { log, config }: ServiceDeps): void {
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
