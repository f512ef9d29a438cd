import type { FastifyReply } from 'fastify'
import { type Holder, openManaged } from '../../account/open-managed.ts'
import { signLink } from '../../subscribers/link-token.ts'
import { isJoined } from '../../subscribers/subscriber.ts'
import type { Site } from '../site.ts'
import { manageView, noDigestsView, type Shown } from './manage-view.ts'

/** What `?change=` says where nothing differed. */
export const NOTHING = 'none'

/** Somebody's own page. */
export async function sendManagePage(
  site: Site,
  reply: FastifyReply,
  shown: Omit<Shown, 'sign'>,
  changeId?: number,
  status = 200,
): Promise<FastifyReply> {
  const { deps, pages } = site
  const managed = await openManaged(deps, { token: shown.token, changeId, searcher: reply.request })
  const none = sendNoDigests(site, reply, shown.token, managed)
  if (none) return none
  const { epoch } = managed.subscriber
  const [secret] = deps.config.APP_SECRET
  const issuedAt = deps.clock.now()
  const sign: Shown['sign'] = (purpose, id) => signLink({ purpose, id, epoch, issuedAt }, secret!)
  return pages.send(reply, 'manage', manageView(managed, { ...shown, sign }), status)
}

/** What stands in its place for somebody who gets no digests; null for everybody else. */
export function sendNoDigests(
  { pages }: Site,
  reply: FastifyReply,
  token: string,
  holder: Holder,
): FastifyReply | null {
  if (isJoined(holder.subscriber)) return null
  // To a suppressed address no mail goes.
  const account = holder.subscriber.state === 'unsubscribed'
  return pages.send(reply, 'no-digests', { ...noDigestsView(holder), token, account })
}
