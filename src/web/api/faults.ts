import type { IncomingMessage, ServerResponse } from 'node:http'
import type {
  FastifyBaseLogger,
  FastifyError,
  FastifyInstance,
  FastifyRequest,
  RawServerDefault,
} from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Fault, type FieldFault, FieldFaults, MAX_FAULTS, unknownFieldFaults } from '../../core/errors.ts'
import { jsonOfFault, logFault, toFault } from '../errors.ts'
import type { Site } from '../pages.ts'

const fault = z
  .object({
    error: z.string().describe('A code whose meaning never changes'),
    message: z.string().describe('What is wrong, and what to do'),
    sentence: z.string().optional().describe('For the operator: the sentence shown to people'),
    reference: z.string().optional().describe('Reference of a server error in the log'),
    fields: z
      .array(z.object({ field: z.string(), error: z.string(), message: z.string() }))
      .max(MAX_FAULTS)
      .optional()
      .describe(`The fields that are wrong, up to ${MAX_FAULTS} of them`),
  })
  .meta({ id: 'Fault' })

const WHEN = {
  400: 'The request, or its cursor, cannot be read',
  401: 'The token is missing or wrong',
  403: 'Not open to everyone',
  404: 'Not found',
  409: 'Not possible in the current state',
  413: 'The request is too large',
  415: 'Not JSON',
  422: 'A field is invalid: see fields',
  429: 'Too many requests: see Retry-After',
  500: 'Server error',
  503: 'Database unavailable or too many searches: see Retry-After',
}

type FaultStatus = keyof typeof WHEN

const answer = (status: FaultStatus) => ({
  description: WHEN[status],
  content: { 'application/json': { schema: fault } },
})

/** The error responses of an operation; every operation may return 400, 500 and 503. */
export const faults = (...statuses: FaultStatus[]) =>
  Object.fromEntries([400, 500, 503, ...statuses].map((status) => [status, answer(status as FaultStatus)]))

/** The error responses of an operation with a body. */
export const BODY_FAULTS: FaultStatus[] = [413, 415, 422]

/** Sends every fault in one shape; the operator also gets the message for operators. */
export function addFaultResponses(api: Api, { deps }: Site): void {
  api.setErrorHandler<FastifyError>(async (error, request, reply) => {
    const fault = apiFaultOf(error, request)
    const reference = logFault(deps, request, reply, fault)
    const isOperators = request.routeOptions.schema !== undefined && 'security' in request.routeOptions.schema
    const body = jsonOfFault(fault, reference)
    // The message of an internal error may contain secrets.
    const operatorFields =
      isOperators && fault.status < 500 ? { message: fault.message, sentence: fault.sentence } : {}
    return reply.code(fault.status).send({ ...body, ...operatorFields })
  })
}

function apiFaultOf(error: FastifyError, request: FastifyRequest): Fault {
  if (error.statusCode === 415) return new Fault('request.not-json')
  if (!error.validation) return toFault(error)
  // A malformed id in a path identifies nothing.
  if (error.validationContext === 'params') return new Fault('page.not-found')
  const known = fieldsOf(request, error.validationContext ?? 'body')
  const all = error.validation.slice(0, MAX_FAULTS).flatMap((issue) => fieldFaultsOf(issue, known))
  // A value can break several rules of its field, with the same sentence for each.
  const [first, ...others] = new Map(all.map((one) => [`${one.field} ${one.fault.message}`, one])).values()
  return first ? new FieldFaults([first, ...others]) : toFault(error)
}

type Issue = NonNullable<FastifyError['validation']>[number]

function fieldFaultsOf({ instancePath, keyword, params, message = '' }: Issue, known: string): FieldFault[] {
  const { keys } = params as { keys?: unknown }
  const place = instancePath.split('/').slice(1).filter(Boolean)
  if (keyword === 'unrecognized_keys' && Array.isArray(keys)) {
    // For a field inside another one, `known` would list the wrong fields.
    const there = place.length === 0 ? known : 'query, name'
    return unknownFieldFaults(keys.map(String), there)
  }
  const field = place[0] ?? 'body'
  const takes = field === 'body' ? `the fields as an object: ${known}` : message
  return [{ field, fault: new Fault('request.wrong-type', { field, takes }) }]
}

/** "email, topics, …" */
function fieldsOf({ routeOptions: { schema = {} } }: FastifyRequest, context: string): string {
  const part = context === 'querystring' ? schema.querystring : schema.body
  const object = part instanceof z.ZodOptional ? part.unwrap() : part
  const names = object instanceof z.ZodObject ? Object.keys(object.shape) : []
  return names.join(', ') || 'none'
}

/** Fastify with zod schemas for the requests and responses of each route. */
export type Api = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>

/** The OpenAPI fields of a public operation. */
export const publicOperation = (tag: string, operationId: string, summary: string) => ({
  tags: [tag],
  operationId,
  summary,
})
