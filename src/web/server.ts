import { type Server, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import formbody from '@fastify/formbody'
import helmet from '@fastify/helmet'
import assets from '@fastify/static'
import fastify, {
  type FastifyBaseLogger,
  type FastifyHttpOptions,
  type FastifyInstance,
  type FastifyPluginAsync,
  type FastifyServerOptions,
} from 'fastify'
import { serializerCompiler } from 'fastify-type-provider-zod'
import type { Logger } from 'pino'
import type { ServiceDeps } from '../core/deps.ts'
import { Fault, undefinedIfThrown } from '../core/errors.ts'
import { endIncident, recordIncident } from '../core/incident.repo.ts'
import { randomId } from '../core/secrets.ts'
import { words } from '../i18n/words.ts'
import { PROXY_INCIDENT } from '../operator/health/proxy-condition.ts'
import { accountPages } from './account/account-pages.ts'
import { redirectTrailingSlashes } from './addresses.ts'
import { addAdmissionControl } from './admission.ts'
import { api } from './api/api.ts'
import { ASSET_CACHE_OPTIONS, ASSETS_FOLDER, ASSETS_PATH, addAssetRoutes } from './assets.ts'
import { readBesideList } from './beside-list.ts'
import { readBesidePaper } from './beside-paper.ts'
import { addErrorHandlers, BODY_LIMIT } from './errors.ts'
import { hasAdminPages, readRoutes } from './feature-routes.ts'
import { addPageCache } from './page-cache.ts'
import { readPageImage } from './page-image.ts'
import { keepBodies, readPageParts } from './page-parts.ts'
import { openPageRenderer, type Site } from './pages.ts'
import { validatedByZod } from './request.ts'
import { addRequestLog, RequestLog, withRequestLog } from './request-log.ts'
import { securityHeaders } from './security-headers.ts'
import { metricsRoute, serviceRoutes } from './service-routes.ts'
import { signupPages } from './signup/signup-pages.ts'
import { sitePages } from './site/site-pages.ts'
import { addColorSheet } from './site-color.ts'
import { webhooks } from './webhooks/webhook-routes.ts'

/**
 * In milliseconds. A whole request, headers and body, must arrive within `requestTimeout`. By default Node checks every
 * 30 s, which doubles the time that a request may take.
 */
export const REQUEST_LIMITS = { requestTimeout: 30_000, connectionsCheckingInterval: 2000 }

/** In bytes: the longest query in a URL, three characters for a byte, and the other headers. */
const MAX_HEADERS = 32_768

/** Fastify's own lines have no event: at most warnings and errors are written. */
const quietLogger = (logger: Logger): Logger =>
  logger.isLevelEnabled('warn') ? logger.child({}, { level: 'warn' }) : logger

// With others than Ajv from the beginning, Fastify does not load Ajv's hundred files; its types expect Ajv.
const compilersFactory = { buildValidator: () => validatedByZod, buildSerializer: () => serializerCompiler }
const schemaController = { compilersFactory } as unknown as FastifyServerOptions['schemaController']

/** Returns the server, ready to listen or for `inject`. Pages show a change of papers after `checkEveryMs`: see addPageCache. */
export function buildServer(
  deps: ServiceDeps,
  limits = REQUEST_LIMITS,
  { checkEveryMs = 0 } = {},
): FastifyInstance {
  const app = fastify(serverOptions(deps, limits))
  app.addHook('onRequest', async (_request, reply) => void reply.header('cache-control', 'no-cache'))
  addRequestLog(app, deps)
  const logged = withRequestLog(deps)
  reportUntrustedProxy(app, logged)
  // Before the hooks that set headers: a kept response has them.
  addPageCache(app, deps, checkEveryMs)
  const site: Site = { deps: logged, pages: openPageRenderer(deps.config, app.papers.edition) }
  redirectTrailingSlashes(app)
  addErrorHandlers(app, site)
  app.register(helmet, securityHeaders(deps.config.BASE_URL))
  app.register(formbody)
  app.register(assets, {
    root: ASSETS_FOLDER,
    prefix: ASSETS_PATH,
    ...ASSET_CACHE_OPTIONS,
    wildcard: false,
    globIgnore: ['*.css'],
    index: false,
  })
  app.register(routes, site)
  return app
}

const routes: FastifyPluginAsync<Site> = async (app, { deps }) => {
  const { config, features } = deps
  const pages = openPageRenderer(config, app.papers.edition, {
    pageParts: await readPageParts(features),
    besidePaper: await readBesidePaper(features, config),
    besideList: await readBesideList(features),
    imageOf: await readPageImage(features, config),
  })
  const site: Site = { deps, pages }
  addAdmissionControl(app, site)
  keepBodies(app)
  addAssetRoutes(app)
  addColorSheet(app, config)
  app.register(sitePages, site)
  app.register(signupPages, site)
  app.register(accountPages, site)
  for (const plugin of await readRoutes(features, 'site')) app.register(plugin, site)
  app.register(serviceRoutes, site)
  app.register(metricsRoute, site)
  app.register(webhooks, site)
  app.register(api, site)
  if (hasAdminPages(features, config)) {
    const { adminPages } = await import('./admin/admin-pages.ts')
    app.register(adminPages, { ...site, prefix: '/admin' })
  }
}

function serverOptions(deps: ServiceDeps, limits: typeof REQUEST_LIMITS): FastifyHttpOptions<Server> {
  const { logger } = deps.log
  const { TRUST_PROXY } = deps.config
  return {
    // A request's log has the usual level.
    loggerInstance: quietLogger(logger) as FastifyBaseLogger,
    childLoggerFactory: (parent, ids) => parent.child(ids, { level: logger.level }),
    logController: new RequestLog(deps),
    genReqId: () => randomId(80).slice(0, 8),
    requestTimeout: limits.requestTimeout,
    http: { ...limits, headersTimeout: limits.requestTimeout, maxHeaderSize: MAX_HEADERS },
    bodyLimit: BODY_LIMIT,
    clientErrorHandler: replyToUnreadable,
    trustProxy: TRUST_PROXY.length > 0 ? TRUST_PROXY : false,
    // No parameter can be longer, so an id or a garbled token of any length gets our own 404, not Fastify's 414.
    routerOptions: { maxParamLength: MAX_HEADERS },
    schemaController,
    rewriteUrl: ({ url = '/' }) => toDecodableUrl(url),
  }
}

/**
 * Reports the first request that came through a proxy which TRUST_PROXY does not name. The incident ends when a process
 * starts, because only other settings can help.
 */
function reportUntrustedProxy(app: FastifyInstance, { db, clock, config, log }: ServiceDeps): void {
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

/**
 * Returns a URL whose path can be decoded. In a path that an email program or a scanner garbled, percent signs are
 * escaped. Such a request then gets our 404, with our headers, instead of the router's own response.
 */
export function toDecodableUrl(url: string): string {
  const [path = ''] = url.split(/[?#]/, 1)
  const isDecodable = undefinedIfThrown(() => decodeURI(path)) !== undefined
  return isDecodable ? url : path.replaceAll('%', '%25') + url.slice(path.length)
}

/** How long a client may take to read the reply to a request that Node cannot read, in milliseconds. */
const MAX_READING = 5000

/** Replies to a request that Node cannot read, such as one with a too long URL, and closes the connection. */
function replyToUnreadable({ code }: NodeJS.ErrnoException, socket: Socket): void {
  // Node leaves closing the connection to this handler.
  if (code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const status = code === 'HPE_HEADER_OVERFLOW' ? 431 : code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400
  const sentence = words.errors[status === 431 ? 'request.too-large' : 'request.unreadable']
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8`
  const reply = `${head}\r\nContent-Length: ${Buffer.byteLength(sentence)}\r\n\r\n${sentence}`
  socket.setTimeout(MAX_READING, () => socket.destroy())
  socket.end(reply, () => socket.destroy())
}

const NO_ADDRESS = ['ENOTFOUND', 'EAI_AGAIN', 'EADDRNOTAVAIL', 'EINVAL']

const PORT_ERRORS: Record<string, string> = {
  EADDRINUSE: 'taken by another program: stop that one, or set PORT to a free one',
  EACCES: 'not open to this user: set PORT to 1024 or more, and let a proxy lead to it',
}

/**
 * The most connections that wait to be accepted. The system drops further ones, and those visitors wait for seconds.
 */
const BACKLOG = 4096

/** Returns the URL that the server listens on. Throws config.port, config.host. */
export async function listen(
  server: Pick<FastifyInstance, 'listen'>,
  { HOST: host, PORT: port }: { HOST: string; PORT: number },
): Promise<string> {
  try {
    return await server.listen({ host, port, backlog: BACKLOG })
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    const what = PORT_ERRORS[code]
    if (what) throw new Fault('config.port', { host, port, what })
    if (NO_ADDRESS.includes(code)) throw new Fault('config.host', { host })
    throw error
  }
}
