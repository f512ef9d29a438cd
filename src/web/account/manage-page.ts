import type { FastifyReply } from 'fastify'
import { type LinkHolder, openManagePage } from '../../account/open-manage-page.ts'
import { forgetLearned, removePhrase } from '../../account/votes.ts'
import type { Deps } from '../../core/deps.ts'
import { type Fault, FieldFaults } from '../../core/errors.ts'
import { signLink } from '../../subscribers/links.ts'
import { ownDigestPage, topicPath } from '../../subscribers/page-links.ts'
import { hasSubscription, TOPIC_LIMIT_FAULTS } from '../../subscribers/subscriber.ts'
import { manageSections } from '../page-parts.ts'
import type { Site } from '../pages.ts'
import { type ManageViewInput, manageView } from './manage-view.ts'

/** The value of `?change=` if nothing changed. */
export const NO_CHANGE = 'none'

/** A fault that a page shows in its form. */
export const isFormFault = (fault: Fault): boolean =>
  fault instanceof FieldFaults || [...TOPIC_LIMIT_FAULTS, 'change.cannot-undo'].includes(fault.code)

/** Sends the manage page of a subscriber. */
export async function sendManagePage(
  site: Site,
  reply: FastifyReply,
  shown: ManageViewInput,
  changeId?: number,
  status = 200,
): Promise<FastifyReply> {
  const { deps, pages } = site
  const managed = await openManagePage(deps, { token: shown.token, changeId, searcher: reply.request })
  const none = sendNoDigestsPage(site, reply, shown.token, managed)
  if (none) return none
  // Emails once led to a topic on this page.
  const isThere = managed.topics.some(({ id }) => id === shown.topicId)
  if (isThere) return reply.redirect(topicPath({ token: shown.token, id: shown.topicId! }), 303)
  const { epoch, id } = managed.subscriber
  const [secret] = deps.config.APP_SECRET
  const issuedAt = deps.clock.now()
  const unsubscribe = signLink({ purpose: 'unsubscribe', id, epoch, issuedAt }, secret!)
  const sections = await manageSections(deps, { subscriber: managed.subscriber, token: shown.token })
  const view = {
    ...manageView(deps.features, managed, shown),
    digestPath: (messageId: string) => ownDigestPage(`/manage/${shown.token}`, messageId),
    unsubscribePath: `/unsubscribe/${unsubscribe}`,
    sections,
  }
  return pages.send(reply, 'manage', view, status)
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

/**
 * Runs a button of what was learned about a topic. Returns a key of words.learned.said, or null if the form is another
 * one. Throws what removing a phrase, or all of it, throws.
 */
export async function applyLearnedForm(
  deps: Deps,
  token: string,
  form: { do: string; topicId: number; phrase: readonly string[] },
): Promise<string | null> {
  const { topicId, phrase } = form
  if (form.do === 'forget-phrase')
    return (await removePhrase(deps, token, { topicId, phrase: phrase[0] ?? '' })) ? 'phrase' : 'unknown'
  if (form.do !== 'forget') return null
  await forgetLearned(deps, token, { topicId })
  return 'forgotten'
}
