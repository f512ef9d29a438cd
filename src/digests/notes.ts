import type { DatabaseOrTransaction } from '../core/database/database.ts'
import { type Day, dayOf } from '../core/dates.ts'
import type { NewMessage } from '../mail/message.ts'
import { pathOf } from '../papers/identifiers.ts'
import { plainText } from '../papers/text/plain-text.ts'
import type { MailFormat } from '../subscribers/subscriber.ts'
import type { DigestTopic, DueDigest } from './digest.repo.ts'
import type { NearPaper } from './nearest.ts'
import { offeredSince } from './offer.ts'
import type { OpenPlan } from './plan.repo.ts'
import { type QuietTime, quietTimes } from './quiet.repo.ts'
import type { OpenShelf } from './shelf.repo.ts'

const MAX_NEAR_MISSES = 3

/** The content of a message of kind note: plain data, as it is stored with the message. */
export interface NoteMessage {
  /** Of the subscriber, when it was planned. */
  epoch: number
  /** Names, in the subscriber's order. */
  topics: string[]
  /** The date that it comes on. */
  localDate: Day
  /** The first of the dates in a row on which papers came and none matched, and how many they are. */
  since: Day
  dates: number
  /** Papers that matched nothing: title, path on the site, and "Has: linear attention. Missing: vision". */
  nearest: { title: string; path: string; reason: string }[]
  /** They chose one day of the week. */
  weekly: boolean
  confirmedOn: Day
  format: MailFormat
}

/** What the message of a digest and that of a note have in common. */
export type MessageTimes = Pick<NewMessage, 'secretId' | 'datedAt' | 'notBefore' | 'deadline'>

export interface NotesInput {
  plan: OpenPlan
  shelf: OpenShelf
  /** Digests of that plan on which nothing matched, held by this transaction. */
  quiet: readonly DueDigest[]
  times: MessageTimes
}

/**
 * A note for whoever has gone without a match long enough. It goes with the digests, not before them: nobody waits for
 * it, it comes at the subscriber's hour, and it stops where a digest would.
 */
export async function notesFor(tx: DatabaseOrTransaction, input: NotesInput): Promise<NewMessage[]> {
  const followers = input.quiet.filter(({ address, topics }) => address !== null && topics.length > 0)
  if (followers.length === 0) return []
  const subscriberIds = followers.map(({ subscriberId }) => subscriberId)
  const told = await quietTimes(tx, { subscriberIds, localDate: input.plan.localDate })
  const timeOf = new Map(told.map((time) => [time.subscriberId, time]))
  return followers.flatMap((digest) => {
    const time = timeOf.get(digest.subscriberId)
    return time ? [noteFor(digest, time, input)] : []
  })
}

function noteFor(digest: DueDigest, { since, dates }: QuietTime, input: NotesInput): NewMessage {
  const { subscriberId, address, topics, format, epoch, weekly, confirmedAt } = digest
  const { localDate } = input.plan
  const content: NoteMessage = {
    localDate,
    since,
    dates,
    topics: topics.map(({ name }) => name),
    nearest: nearestTo(topics, input),
    weekly,
    format,
    epoch,
    confirmedOn: dayOf(confirmedAt ?? input.times.datedAt),
  }
  const dedupe = `${subscriberId}:${localDate}`
  return { kind: 'note', dedupe, subscriberId, toAddress: address!, content, ...input.times }
}

/** The topics take turns, each with the paper that comes nearest to it. */
function nearestTo(
  topics: readonly DigestTopic[],
  { plan, shelf: { shelf } }: NotesInput,
): NoteMessage['nearest'] {
  const since = offeredSince(plan.localDate, null)
  const matched = new Set(
    topics.flatMap(({ queryId }) => shelf.matches(queryId).map((place) => shelf.papers[place]!.id)),
  )
  const mayShow = ({ matches, paper: { id, firstDay } }: NearPaper) =>
    matches.length > 0 && id <= plan.horizon && firstDay >= since && !matched.has(id)
  const readable = topics.filter(({ queryId }) => !shelf.unreadable.has(queryId))
  // Lazily, since each topic that is looked at takes longer than matching it did.
  const near = readable.values().map(({ queryId }) => shelf.nearest(queryId).filter(mayShow))
  const byTopic = [...near.filter((papers) => papers.length > 0).take(MAX_NEAR_MISSES)]
  const turns = Array.from({ length: MAX_NEAR_MISSES }, (_, turn) =>
    byTopic.flatMap((all) => all[turn] ?? []),
  )
  const once = Map.groupBy(turns.flat(), ({ paper }) => paper)
  const first = [...once.values()].flatMap(([near]) => near ?? []).slice(0, MAX_NEAR_MISSES)
  return first.map(({ paper, sentence }) => ({
    title: plainText(paper.title),
    path: pathOf(paper),
    reason: sentence,
  }))
}
