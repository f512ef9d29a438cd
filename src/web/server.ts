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
import { toDecodableUrl } from './decodable-url.ts'
import { addErrorHandlers, BODY_LIMIT } from './errors.ts'
import { openPageRenderer } from './pages.ts'
import { addPrivatePages } from './private-pages.ts'
import { addRequestLog } from './request-log.ts'
import { securityHeaders } from './security-headers.ts'
import { addServiceRoutes } from './service-routes.ts'
import { addPreviewRoutes } from './signup/preview-routes.ts'
import { addSubscribeRoutes } from './signup/subscribe-routes.ts'
import { addDiscoveryRoutes } from './site/discovery-routes.ts'
import { addFeedRoutes } from './site/feed-routes.ts'
import { addPaperRoutes } from './site/paper-routes.ts'
import { addSearchRoutes } from './site/search-routes.ts'
import type { Site } from './site.ts'
import { addWebhookRoutes } from './webhooks/webhook-routes.ts'

/**
 * In milliseconds. A whole request, headers and body, must arrive within `requestTimeout`; Node checks at intervals.
 */
export interface RequestLimits {
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
