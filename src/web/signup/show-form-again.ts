import type { FastifyReply, FastifyRequest } from 'fastify'
import { isTemporaryRefusal } from '../../search/search-slot.ts'
import type { Spend } from '../../search/yield-to-event-loop.ts'
import { logFault, toFault } from '../errors.ts'
import type { Site } from '../pages.ts'
import type { SubscribeForm } from '../request.ts'
import { loadFormView } from './form-view.ts'
import { inboxView } from './inbox-view.ts'
import { previewOfFault } from './preview-view.ts'

/** htmx sent the request and replaces only part of the page. */
export const isHtmxRequest = ({ headers }: FastifyRequest): boolean => headers['hx-request'] === 'true'

/**
 * Sends the form again, with the typed values and their errors. `form` is undefined if its fields could not be read;
 * `spend` belongs to the current search slot.
 */
export async function showFormAgain(
  { deps, pages }: Site,
  request: FastifyRequest,
  reply: FastifyReply,
  { form, error, spend }: { form?: SubscribeForm; error: unknown; spend?: Spend },
): Promise<FastifyReply> {
  const fault = toFault(error)
  const reference = logFault(deps, request, reply, fault)
  const preview = previewOfFault(fault.sentence)
  if (isHtmxRequest(request)) return pages.send(reply, 'parts/preview', { preview }, fault.status)
  const filled = { typed: form?.typed ?? {}, fault, reference, keepsTopics: form?.keepsTopics }
  if (form?.again) {
    return pages.send(
      reply,
      'check-inbox',
      { inbox: inboxView(deps, { ...filled, sent: null }) },
      fault.status,
    )
  }
  const view = { form: await loadFormView(deps, filled, spend ?? request) }
  // The Preview button scrolls to the preview. A refusal belongs to no field, so at the top it would be out of sight.
  const isOutOfSight = request.routeOptions.url === '/preview' && isTemporaryRefusal(fault)
  return pages.send(reply, 'subscribe', isOutOfSight ? { ...view, preview } : view, fault.status)
}
