import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Deps, ServiceDeps } from '../../core/deps.ts'
import { Fault } from '../../core/errors.ts'
import { isSameSecret } from '../../core/secrets.ts'
import { capitalized } from '../../i18n/words.ts'
import { type RateLimit, requirePermit } from '../../limits/rate-limit.ts'
import { dryRun, dryRunInQuery, idParams } from '../../operator/operations/fields.ts'
import type { ApiChannel, Operation, OperationContext } from '../../operator/operations/operation.ts'
import { readOperations } from '../../operator/operations/operations.ts'
import { runOperation } from '../../operator/operations/run-operation.ts'
import type { Site } from '../pages.ts'
import { BODY_FAULTS, faults, publicOperation } from './faults.ts'

/** The operator's part of the API: one route for each operation that has one. */
export const operatorRoutes: FastifyPluginAsyncZod<Site> = async (api, { deps }) => {
  api.addHook('onRequest', requireToken(deps))
  for (const operation of await readOperations(deps.features))
    if ('api' in operation && operation.api)
      addRoute(api, deps, operation, withDefaults(operation, operation.api))
}

type Channel = ApiChannel & Required<Pick<ApiChannel, 'method' | 'tag'>>

const withDefaults = ({ name, effect }: Operation, channel: ApiChannel): Channel => ({
  method: effect === 'read' ? 'GET' : 'POST',
  tag: name.split(' ')[0]!,
  ...channel,
})

function addRoute(api: FastifyInstance, deps: ServiceDeps, operation: Operation, channel: Channel): void {
  const fields = fieldsOf(operation, channel)
  api.route({
    method: channel.method,
    url: channel.path,
    schema: schemaOf(operation, channel, fields),
    handler: async (request, reply) => {
      const { dryRun: _, ...typed } = (sentIn(channel, fields, request) ?? fields.parse({})) as Sent
      const context = { dryRun: wantsDryRun(request), wantsJson: true }
      const input = { ...(channel.read?.(typed) ?? typed), ...subjectOf(operation, request) }
      const call = { via: 'api', input, context } as const
      const read = (within: Deps, result: unknown, how: OperationContext): object =>
        channel.body
          ? channel.body(within, result, input)
          : (operation.output?.(result, input, within, how).json ?? (result as object))
      const body = await runOperation(deps, operation, call, read)
      const sent = operation.effect === 'read' ? body : { dryRun: context.dryRun, ...body }
      return reply.code(channel.status?.(sent) ?? 200).send(sent)
    },
  })
}

interface Sent {
  dryRun?: unknown
}

/** A dry run is one wherever the request says so: in the body or in the query. */
const wantsDryRun = ({ body, query }: FastifyRequest): boolean =>
  [body, query].some((sent) => String((sent as Sent | undefined | null)?.dryRun) === 'true')

const hasBody = ({ method }: Channel): boolean => method === 'POST' || method === 'PATCH'

/** A query without a schema is not checked, and not used. */
const sentIn = (channel: Channel, fields: z.ZodObject, { body, query }: FastifyRequest): unknown =>
  hasBody(channel) ? body : isEmpty(fields) ? {} : query

const isEmpty = ({ shape }: z.ZodObject): boolean => Object.keys(shape).length === 0

function subjectOf({ subject }: Operation, { params }: FastifyRequest): object {
  const { id } = params as { id: string }
  return subject === 'subscriber' ? { who: { id } } : subject === 'message' ? { id } : {}
}

/** What a request may hold besides the path. */
function fieldsOf({ effect, input }: Operation, channel: Channel): z.ZodObject {
  if (channel.method === 'DELETE') return dryRunInQuery
  const fields = channel.input ?? input
  return effect === 'read' ? fields.strict() : z.strictObject({ ...fields.shape, dryRun })
}

function schemaOf(operation: Operation, channel: Channel, fields: z.ZodObject) {
  const { tag, operationId, response, statuses = [], faults: ownFaults = [], summary } = channel
  const isOptional = fields.safeParse({}).success
  return {
    ...publicOperation(tag, operationId, summary ?? capitalized(operation.summary)),
    security: [{ token: [] }],
    ...(operation.subject && { params: idParams }),
    ...(hasBody(channel)
      ? { body: isOptional ? fields.optional() : fields }
      : !isEmpty(fields) && { querystring: fields }),
    response: {
      ...Object.fromEntries([200, ...statuses].map((status) => [status, response])),
      ...faults(
        401,
        429,
        ...(operation.subject ? [404 as const] : []),
        ...(channel.method !== 'GET' ? BODY_FAULTS : isEmpty(fields) ? [] : [422 as const]),
        ...ownFaults,
      ),
    },
  }
}

// The correct token always passes: another client cannot lock the operator out, and 32 random bytes cannot be guessed.
const WRONG_TOKENS: RateLimit = {
  name: 'api-token',
  label: 'wrong tokens of one network',
  capacity: 20,
  perSecond: 20 / 3600,
}

/** Lets requests with API_TOKEN pass. Throws token.wrong, and rate.too-many after too many wrong tokens. */
function requireToken(deps: ServiceDeps) {
  const right = deps.config.API_TOKEN!
  return async ({ headers, ip }: FastifyRequest, reply: FastifyReply): Promise<void> => {
    reply.header('cache-control', 'no-store')
    const sent = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1]
    if (sent !== undefined && isSameSecret(sent, right)) return
    await requirePermit(deps.db, WRONG_TOKENS, { ip })
    reply.header(
      'www-authenticate',
      `Bearer realm="api"${sent === undefined ? '' : ', error="invalid_token"'}`,
    )
    throw new Fault('token.wrong')
  }
}
