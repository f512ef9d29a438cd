import type { FastifyReply } from 'fastify'
import { type LinkHolder, openManagePage } from '../../account/open-manage-page.ts'
import { signLink } from '../../subscribers/links.ts'
import { hasSubscription } from '../../subscribers/subscriber.ts'
import type { Site } from '../pages.ts'
import { type ManageViewInput, manageView } from './manage-view.ts'

/** The value of `?change=` if nothing changed. */
export const NO_CHANGE = 'none'

/** Sends the manage page of a subscriber. */
export async function sendManagePage(
  site: Site,
  reply: FastifyReply,
  shown: Omit<ManageViewInput, 'sign'>,
  changeId?: number,
  status = 200,
): Promise<FastifyReply> {
  const { deps, pages } = site
  const managed = await openManagePage(deps, { token: shown.token, changeId, searcher: reply.request })
  const none = sendNoDigestsPage(site, reply, shown.token, managed)
  if (none) return none
  const { epoch } = managed.subscriber
  const [secret] = deps.config.APP_SECRET
  const issuedAt = deps.clock.now()
  const sign: ManageViewInput['sign'] = (purpose, id) => signLink({ purpose, id, epoch, issuedAt }, secret!)
  return pages.send(reply, 'manage', manageView(managed, { ...shown, sign }), status)
}

/** Sends another page to a subscriber who gets no digests; returns null for everyone else. */
export function sendNoDigestsPage(
  { pages }: Site,
  reply: FastifyReply,
  token: string,
  holder: LinkHolder,
): FastifyReply | null {
  if (hasSubscription(holder.subscriber)) return null
  return pages.send(reply, 'no-digests', { ...holder, token })
}
