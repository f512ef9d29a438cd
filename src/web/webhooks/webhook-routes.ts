import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { openSnsClient } from '../../bounces/providers/sns-client.ts'
import { MAKERS, type Maker } from '../../bounces/report.repo.ts'
import { PROOFS, takeWebhook } from '../../bounces/take-webhook.ts'
import { Fault } from '../../core/errors.ts'
import { faultOf, jsonOf, noteFault } from '../errors.ts'
import type { Site } from '../site.ts'

const LARGEST_BODY = 1_000_000

/**
 * POST /webhooks/MAKER, for each maker whose proof is set. 200 once the body stands in the database. No limit by address:
 * makers post from few, and what proves nothing costs little.
 */
export function addWebhookRoutes(app: FastifyInstance, site: Site): void {
  const { config } = site.deps
  const deps = { ...site.deps, sns: openSnsClient({ baseUrl: config.SNS_URL }) }
  app.register(async (scope) => {
    takeBytesAlone(scope)
    for (const maker of MAKERS.filter((name) => config[PROOFS[name]] !== undefined)) {
      scope.post(
        `/webhooks/${maker}`,
        {
          bodyLimit: LARGEST_BODY,
          errorHandler: (error, request, reply) => answerFault(site, maker, { error, request, reply }),
        },
        async ({ headers, body }, reply) => {
          await takeWebhook(deps, { maker, headers, raw: Buffer.isBuffer(body) ? body : Buffer.alloc(0) })
          return reply.code(200).send()
        },
      )
    }
  })
}

/** A signature is over bytes, and SNS calls its JSON text: the type says nothing here, and may be none. */
function takeBytesAlone(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  scope.addHook('onRequest', async ({ headers }) => {
    headers['content-type'] = 'application/octet-stream'
  })
}

interface Failed {
  error: unknown
  request: FastifyRequest
  reply: FastifyReply
}

function answerFault({ deps }: Site, maker: Maker, { error, request, reply }: Failed): FastifyReply {
  const fault = isTooLarge(error) ? new Fault('request.too-large', { limit: LARGEST_BODY }) : faultOf(error)
  const reference = noteFault(deps, request, reply, fault)
  if (fault.status < 500) deps.log.warn('report.refused', { way: maker, code: fault.code })
  if (fault.status === 401)
    reply.header('www-authenticate', `Basic realm="webhooks", Bearer realm="webhooks"`)
  return reply.code(statusFor(maker, fault)).send(jsonOf(fault, reference))
}

const isTooLarge = (error: unknown): boolean => (error as { statusCode?: number }).statusCode === 413

/**
 * Brevo gives up at any other status from 400 on: https://developers.brevo.com/docs/retry-mechanism. Postmark does at 403
 * alone, so a wrong password is a 401: once it is mended, what was refused meanwhile comes again.
 */
const statusFor = (maker: Maker, { status }: Fault): number =>
  maker === 'brevo' && status >= 500 ? 429 : status
