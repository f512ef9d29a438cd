import { findSubscriber, type SubscriberRef } from '../account/find-subscriber.ts'
import { type Day, dayOf, localDayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { openCandidatePool } from '../digests/candidates.repo.ts'
import { composeDigests } from '../digests/compose-digests.ts'
import { plannedContent, recipientOf } from '../digests/digest.repo.ts'
import type { DigestContent } from '../digests/digest-content.ts'
import { eligibleSince } from '../digests/eligible-range.ts'
import { snapshotAt } from '../digests/sources-line.ts'
import { untilTopicsCanBeRanked } from '../digests/topic-ranks.ts'
import { senderOf, siteOf } from '../emails/compose-message.ts'
import { openEmails } from '../emails/render-emails.ts'
import { buildMime, toOutgoingMail } from '../mail/smtp/build-mime.ts'
import { inSearchThread } from '../search/in-search-thread.ts'
import type { Subscriber } from '../subscribers/subscriber.ts'

export type DigestPreview = Awaited<ReturnType<typeof previewDigest>>

/**
 * Renders the digest that a subscriber would get if it were planned now: text and HTML, whichever format they chose, and
 * the whole message; null if nothing matched or came close. Changes nothing. Throws address.*, subscriber.unknown.
 */
export async function previewDigest(deps: Deps, { date, ...who }: SubscriberRef & { date?: Day }) {
  const subscriber = await findSubscriber(deps.db, who)
  const localDate = date ?? localDayOf(deps.clock.now(), subscriber.zone)
  await untilTopicsCanBeRanked(deps)
  const composed = await composeNow(deps, { subscriberId: subscriber.id, localDate })
  const { content } = composed
  return { localDate, composed, mail: content && (await mailOf(deps, subscriber, content)) }
}

/**
 * In the search thread, because reading and indexing the papers of two weeks takes seconds. Before it, the caller waits
 * until topics can be ranked: a job that waits delays the searches of visitors.
 */
const composeNow = inSearchThread(
  import.meta.url,
  'composeNow',
  async (deps, { subscriberId, localDate }: { subscriberId: string; localDate: Day }) => {
    const { db, clock } = deps
    const now = clock.now()
    const snapshot = await snapshotAt(db, { now, sources: deps.config.SOURCES })
    const since = eligibleSince(localDate, null)
    const pool = await openCandidatePool(deps, { since, upTo: snapshot.maxPaperId })
    const recipients = [(await recipientOf(db, subscriberId))!]
    const [composed] = await composeDigests(db, { recipients, localDate, snapshot, pool, now })
    return composed!
  },
)

/** The digest of a subscriber's local date: as it was planned, or else as it would be planned now. Changes nothing. */
export async function todaysEmail(deps: Deps, id: string) {
  const subscriber = await findSubscriber(deps.db, { id })
  const localDate = localDayOf(deps.clock.now(), subscriber.zone)
  const planned = await plannedContent(deps.db, { subscriberId: id, localDate })
  if (planned) {
    const { content, matched } = planned
    return { localDate, matched, isPlanned: true, mail: await mailOf(deps, subscriber, content) }
  }
  const { composed, mail } = await previewDigest(deps, { id })
  return { localDate, matched: composed.matched, isPlanned: false, mail }
}

async function mailOf({ config, clock }: Deps, subscriber: Subscriber, content: DigestContent) {
  const now = clock.now()
  // The preview may stay on disk for long, so its links must not work.
  const linkTo = (page: string) => `${config.BASE_URL}/${page}/preview`
  const unsubscribeUrl = linkTo('unsubscribe')
  const links = {
    unsubscribeUrl,
    manageUrl: linkTo('manage'),
    viewUrl: linkTo('digest'),
    ownViewUrl: linkTo('manage'),
  }
  const emails = await openEmails(siteOf(config), config.DATA_DIR)
  const confirmedOn = dayOf(subscriber.confirmedAt ?? now)
  const { detail } = subscriber
  const email = emails.digest({ content, ...links, confirmedOn, format: 'html', detail })
  const message = { kind: 'digest', id: 'preview', datedAt: now, toAddress: subscriber.address } as const
  const raw = await buildMime(toOutgoingMail({ ...message, unsubscribeUrl }, email, senderOf(config)))
  return { ...email, raw }
}
