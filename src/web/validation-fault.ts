import type { FastifyError, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { Fault, type FieldFault, FieldFaults, MAX_FAULTS, unknownFieldFaults } from '../core/errors.ts'

type Issue = NonNullable<FastifyError['validation']>[number]

/** The fault for what the schema of a route refused. Each message of a schema says what the field takes. */
export function validationFault(
  { validation, validationContext }: FastifyError,
  request: FastifyRequest,
): Fault {
  // A malformed id in a path identifies nothing.
  if (validationContext === 'params') return new Fault('page.not-found')
  const known = knownFields(request, validationContext)
  const all = validation!.slice(0, MAX_FAULTS).flatMap((issue) => fieldFaultsOf(issue, known))
  // A value can break several rules of its field, with the same sentence for each.
  const faults = new Map(all.map((one) => [`${one.field} ${one.fault.message}`, one])).values()
  return new FieldFaults([...faults] as [FieldFault, ...FieldFault[]])
}

function fieldFaultsOf({ instancePath, keyword, params, message = '' }: Issue, known: string): FieldFault[] {
  const { keys } = params as { keys?: unknown }
  const place = instancePath.split('/').slice(1).filter(Boolean)
  if (keyword === 'unrecognized_keys' && Array.isArray(keys)) {
    // For a field inside another one, `known` would list the wrong fields.
    const there = place.length === 0 ? known : 'query, name'
    return unknownFieldFaults(keys.map(String), there)
  }
  const field = place[0] ?? 'body'
  // A schema without a message for the whole body has zod's.
  const takes =
    field === 'body' && message.startsWith('Invalid input') ? `the fields as an object: ${known}` : message
  return [{ field, fault: new Fault('request.wrong-type', { field, takes }) }]
}

/** "email, topics, …" */
function knownFields({ routeOptions: { schema = {} } }: FastifyRequest, context = 'body'): string {
  const part = context === 'querystring' ? schema.querystring : schema.body
  const object = part instanceof z.ZodOptional ? part.unwrap() : part
  const names = object instanceof z.ZodObject ? Object.keys(object.shape) : []
  return names.join(', ') || 'none'
}
