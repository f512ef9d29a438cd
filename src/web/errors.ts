import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Config } from '../config/config.ts'
import { wrapIfUnavailable } from '../core/database/database.ts'
import {
  errorText,
  Fault,
  type FieldFault,
  FieldFaults,
  MAX_FAULTS,
  unknownFieldFaults,
} from '../core/errors.ts'
import { longDate } from '../i18n/dates.ts'
import { fill, words } from '../i18n/words.ts'
import { shownName } from '../queries/language/describe-query.ts'
import { replyWithoutRoute, watchAllowedMethods } from './addresses.ts'
import type { Site } from './pages.ts'
import { wantsJson } from './request.ts'
import { logOf } from './request-log.ts'
import { externalPaperLink } from './site/paper-view.ts'

export const BODY_LIMIT = 100_000
const RETRY_AFTER_SECONDS = 30

/** Sends every error as a page or as JSON, with a sentence that says what to do. */
export function addErrorHandlers(app: FastifyInstance, site: Site): void {
  const allowedMethods = watchAllowedMethods(app)
  app.setNotFoundHandler(async (request, reply) => replyWithoutRoute(request, reply, allowedMethods))
  app.setErrorHandler(async (error, request, reply) => sendFault(site, reply, toFault(error, request)))
}

/**
 * Returns our own faults unchanged; turns Fastify's request errors and an unreachable database into faults. `request`
 * is needed if a schema may have refused it.
 */
export function toFault(thrown: unknown, request?: FastifyRequest): Fault {
  const error = wrapIfUnavailable(thrown)
  if (error instanceof Fault) return error
  const { statusCode = 500, validation } = error as FastifyError
  if (validation && request) return validationFault(error as FastifyError, request)
  if (statusCode === 413)
    return new Fault('request.too-large', { limit: request?.routeOptions.bodyLimit ?? BODY_LIMIT })
  if (statusCode >= 400 && statusCode < 500)
    return new Fault('request.unreadable', { what: errorText(error) })
  return new Fault('unexpected', { what: errorText(error) }, { cause: error })
}

/** Sends a fault as a short page or as JSON. */
export function sendFault({ deps, pages }: Site, reply: FastifyReply, fault: Fault): FastifyReply {
  const reference = logFault(deps, reply, fault)
  if (wantsJson(reply.request)) return reply.code(fault.status).send(jsonOfFault(fault, reference))
  const heading = HEADINGS[fault.status] ?? words.fault.heading
  const { code } = fault
  const asksLink = code === 'link.outdated'
  const ways = recoveryLinks(fault, deps.config)
  const view = { code, heading, sentence: sentenceOf(fault), reference, ways, asksLink }
  return pages.send(reply, 'fault', view, fault.status)
}

/**
 * Links from an expired link to a new one, for subscribers and for others; from a paper that is not here to its source.
 */
function recoveryLinks({ code, values }: Fault, { SIGNUP }: Config): { path: string; text: string }[] {
  if (code === 'paper.not-here') return [externalPaperLink(String(values.name)) ?? []].flat()
  if (code !== 'link.expired') return []
  const myLink = { path: '/manage', text: words.fault.myLink }
  return SIGNUP === 'closed' ? [myLink] : [{ path: '/subscribe', text: words.fault.again }, myLink]
}

/** The sentence of a fault, with dates and papers formatted as on pages. */
function sentenceOf({ code, sentence, values }: Fault): string {
  if (code === 'link.expired') return fill(words.errors[code], { ended: longDate(String(values.ended)) })
  if (code === 'paper.not-here') return fill(words.errors[code], { name: shownName(String(values.name)) })
  return sentence
}

/** Sets retry-after and logs the fault if it is ours. Returns the request's id, or null. */
export function logFault(deps: Site['deps'], reply: FastifyReply, fault: Fault): string | null {
  if (fault.status === 503) reply.header('retry-after', RETRY_AFTER_SECONDS)
  if (fault.status === 429 || fault.code === 'search.busy') reply.header('retry-after', fault.values.seconds)
  // A full queue is not a defect, and logging each refusal would let visitors fill the log.
  if (fault.status < 500 || fault.code === 'search.busy') return null
  const { id: reference, routeOptions } = reply.request
  const { code, message } = fault
  logOf(deps, reply.request).error('request.failed', {
    reference,
    route: routeOptions.url,
    code,
    what: message,
  })
  return reference
}

const HEADINGS: Record<number, string | undefined> = words.fault.headings

/** The JSON form of a fault, the same for all programs. */
export const jsonOfFault = (fault: Fault, reference: string | null): object => ({
  error: fault.code,
  // The sentence of this one is for the person at a form: "Go back and try again."
  message: fault.code === 'request.unreadable' ? fault.message : fault.sentence,
  ...(reference && { reference }),
  ...(fault instanceof FieldFaults && {
    fields: fault.fields.slice(0, MAX_FAULTS).map(({ field, fault: { code, sentence } }) => ({
      field,
      error: code,
      message: sentence,
    })),
  }),
})

type Issue = NonNullable<FastifyError['validation']>[number]

/** The fault for what the schema of a route refused. Each message of a schema says what the field takes. */
function validationFault({ validation, validationContext }: FastifyError, request: FastifyRequest): Fault {
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
