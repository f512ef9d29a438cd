import type { FastifyError, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { Fault, type FieldFault, FieldFaults, MAX_FAULTS, unknownFieldFaults } from '../../core/errors.ts'
import { jsonOfFault, logFault, toFault } from '../errors.ts'
import type { Site } from '../pages.ts'
import type { Api } from './operation.ts'

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
