import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Spend } from '../../search/in-turns.ts'
import { isTemporaryRefusal } from '../../search/search-slot.ts'
import { faultOf, noteFault } from '../errors.ts'
import type { SubscribeForm } from '../request.ts'
import type { Site } from '../site.ts'
import { shownForm } from './form-view.ts'
import { inboxView } from './inbox-view.ts'
import { faultyPreview } from './preview-view.ts'

/** The request is htmx's, which wants a part of the page alone. */
export const isLive = ({ headers }: FastifyRequest): boolean => headers['hx-request'] === 'true'

/**
 * The form again, with what was typed and what is wrong. `form` is absent where its fields could not be read; `spend` is
 * that of the search slot in which this happens.
 */
export async function askAgain(
  { deps, pages }: Site,
  request: FastifyRequest,
  reply: FastifyReply,
  { form, error, spend }: { form?: SubscribeForm; error: unknown; spend?: Spend },
): Promise<FastifyReply> {
  const fault = faultOf(error)
  const reference = noteFault(deps, request, reply, fault)
  const preview = faultyPreview(fault.sentence)
  if (isLive(request)) return pages.send(reply, 'parts/preview', { preview }, fault.status)
  const filled = { typed: form?.typed ?? {}, fault, reference, keepsTopics: form?.keepsTopics }
  if (form?.again) {
    return pages.send(
      reply,
      'check-inbox',
      { inbox: inboxView(deps, { ...filled, sent: null }) },
      fault.status,
    )
  }
  const view = { form: await shownForm(deps, filled, spend ?? request) }
  // The Preview button scrolls to the preview. A refusal is at no field, so it would be out of sight.
  const isOutOfSight = request.routeOptions.url === '/preview' && isTemporaryRefusal(fault)
  return pages.send(reply, 'subscribe', isOutOfSight ? { ...view, preview } : view, fault.status)
}
