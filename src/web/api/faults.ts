import type { FastifyError, FastifyInstance } from 'fastify'
import { z } from 'zod'
import { Fault, MAX_FAULTS } from '../../core/errors.ts'
import { jsonOfFault, logFault, toFault } from '../errors.ts'
import type { Site } from '../pages.ts'

const fault = z
  .object({
    error: z.string().describe('A code whose meaning never changes'),
    message: z.string().describe('What is wrong, and what to do'),
    sentence: z
      .string()
      .optional()
      .describe('For the operator: the sentence shown to people, if it is not the message'),
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
  408: 'The body arrived too slowly',
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
export function addFaultResponses(api: FastifyInstance, { deps }: Site): void {
  api.setErrorHandler<FastifyError>(async (error, request, reply) => {
    const fault = error.statusCode === 415 ? new Fault('request.not-json') : toFault(error, request)
    const reference = logFault(deps, reply, fault)
    const isOperators = (request.routeOptions.schema?.security ?? []).length > 0
    const body = jsonOfFault(fault, reference)
    // The message of an internal error may contain secrets.
    if (!isOperators || fault.status >= 500) return reply.code(fault.status).send(body)
    const { message, sentence } = fault
    return reply.code(fault.status).send({ ...body, message, ...(sentence !== message && { sentence }) })
  })
}

/** The OpenAPI fields of a public operation. */
export const publicOperation = (tag: string, operationId: string, summary: string) => ({
  tags: [tag],
  operationId,
  summary,
  security: [],
})
