import type { FastifyInstance, FastifyReply, RouteShorthandOptions } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { acceptWebhook } from '../../bounces/accept-webhook.ts'
import type { Provider } from '../../bounces/providers/provider.ts'
import { openProviderClient } from '../../bounces/providers/provider-client.ts'
import { PROVIDERS } from '../../bounces/providers/registry.ts'
import { Fault } from '../../core/errors.ts'
import { jsonOfFault, logFault, toFault } from '../errors.ts'
import type { Site } from '../pages.ts'
import { logOf } from '../request-log.ts'

const WEBHOOK_BODY_LIMIT = 1_000_000

/**
 * POST /webhooks/PROVIDER, for each provider whose secret is set. Replies 200 once the body is in the database. No rate
 * limit by address: providers post from a few addresses, and rejecting a request without a valid proof is cheap.
 */
export const webhooks: FastifyPluginAsyncZod<Site> = async (app, site) => {
  const { config } = site.deps
  const deps = { ...site.deps, client: openProviderClient({ baseUrl: config.PROVIDER_URL }) }
  parseBodiesAsBytes(app)
  for (const provider of PROVIDERS.filter(({ setting }) => config[setting.name] !== undefined)) {
    const options: RouteShorthandOptions = {
      bodyLimit: WEBHOOK_BODY_LIMIT,
      errorHandler: (error, _request, reply) => sendWebhookFault(site, provider, reply, error),
    }
    app.post(`/webhooks/${provider.name}`, options, async ({ headers, body }, reply) => {
      const raw = Buffer.isBuffer(body) ? body : Buffer.alloc(0)
      await acceptWebhook(deps, provider, { headers, raw })
      return reply.code(200).send()
    })
  }
}

/**
 * A signature covers the raw bytes, and SNS labels its JSON as text: the content type is unreliable and may be missing.
 */
function parseBodiesAsBytes(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  scope.addHook('onRequest', async ({ headers }) => {
    headers['content-type'] = 'application/octet-stream'
  })
}

function sendWebhookFault({ deps }: Site, provider: Provider, reply: FastifyReply, error: unknown) {
  const fault = isTooLarge(error)
    ? new Fault('request.too-large', { limit: WEBHOOK_BODY_LIMIT })
    : toFault(error)
  const reference = logFault(deps, reply, fault)
  if (fault.status < 500)
    logOf(deps, reply.request).warn('report.refused', { channel: provider.name, code: fault.code })
  if (fault.status === 401)
    reply.header('www-authenticate', `Basic realm="webhooks", Bearer realm="webhooks"`)
  const { unavailableStatus = fault.status } = provider
  return reply.code(fault.status < 500 ? fault.status : unavailableStatus).send(jsonOfFault(fault, reference))
}

const isTooLarge = (error: unknown): boolean => (error as { statusCode?: number }).statusCode === 413
