import type { FastifyReply } from 'fastify'
import { type LinkHolder, openManagePage } from '../../account/open-manage-page.ts'
import { signLink } from '../../subscribers/link-token.ts'
import { hasSubscription } from '../../subscribers/subscriber.ts'
import type { Site } from '../site.ts'
import { type ManageViewInput, manageView, noDigestsView } from './manage-view.ts'

/** What `?change=` says where nothing differed. */
export const NO_CHANGE = 'none'

/** Somebody's own page. */
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

/** What stands in its place for somebody who gets no digests; null for everybody else. */
export function sendNoDigestsPage(
  { pages }: Site,
  reply: FastifyReply,
  token: string,
  holder: LinkHolder,
): FastifyReply | null {
  if (hasSubscription(holder.subscriber)) return null
  // To a suppressed address no mail goes.
  const account = holder.subscriber.state === 'unsubscribed'
  return pages.send(reply, 'no-digests', { ...noDigestsView(holder), token, account })
}
