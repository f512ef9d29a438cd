import type { Database } from '../core/database/database.ts'
import { type Day, dayOf } from '../core/dates.ts'
import { LANGUAGE, type Language } from '../i18n/words.ts'
import type { NewMessage } from '../mail/message.ts'
import { paperPathOf } from '../papers/paper-key.ts'
import { plainText } from '../papers/text/plain-text.ts'
import type { QueryGap } from '../queries/reasons/reason-text.ts'
import type { MailFormat } from '../subscribers/subscriber.ts'
import type { CandidatePool } from './candidates.repo.ts'
import type { NearMiss } from './candidates.ts'
import type { DigestTopic, DueDigest } from './digest.repo.ts'
import { eligibleSince } from './eligible-range.ts'
import { type NoMatchPeriod, noMatchPeriods } from './no-match-periods.repo.ts'
import type { OpenPlan } from './plan.repo.ts'

const MAX_NEAR_MISSES = 3

/** The content of a message of kind note: plain data, stored with the message. */
export interface NoMatchesMessage {
  /** The subscriber's epoch when it was planned. */
  epoch: number
  /** The names of the topics, in the subscriber's order. */
  topics: string[]
  /** The date on which it is due. */
  localDate: Day
  /** The first date of the row on which papers arrived and none matched; `dates` is their number. */
  since: Day
  dates: number
  /** Near misses, each with its path on the site. */
  nearest: { title: string; path: string; gap: QueryGap }[]
  /** They chose one day of the week. */
  weekly: boolean
  confirmedOn: Day
  format: MailFormat
  lang: Language
}

/** The fields that the messages of a digest and of a no-matches email share. */
export type MessageTimes = Pick<NewMessage, 'secretId' | 'datedAt' | 'notBefore' | 'deadline'>

export interface NoMatchesInput {
  plan: OpenPlan
  pool: CandidatePool
  /** Digests of that plan on which nothing matched, locked by this transaction. */
  unmatched: readonly DueDigest[]
  times: MessageTimes
}

/**
 * A no-matches email for each subscriber who has had no match long enough. It is sent among the digests, not before
 * them: it is not urgent, it is due at the subscriber's hour, and it is cancelled when a digest would be.
 */
export async function noMatchesFor(tx: Database, input: NoMatchesInput): Promise<NewMessage[]> {
  const followers = input.unmatched.filter(({ address, topics }) => address !== null && topics.length > 0)
  if (followers.length === 0) return []
  const subscriberIds = followers.map(({ subscriberId }) => subscriberId)
  const periods = await noMatchPeriods(tx, { subscriberIds, localDate: input.plan.localDate })
  const periodBySubscriber = new Map(periods.map((time) => [time.subscriberId, time]))
  return followers.flatMap((digest) => {
    const time = periodBySubscriber.get(digest.subscriberId)
    return time ? [noMatchesMessage(digest, time, input)] : []
  })
}

function noMatchesMessage(
  digest: DueDigest,
  { since, dates }: NoMatchPeriod,
  input: NoMatchesInput,
): NewMessage {
  const { subscriberId, address, topics, format, epoch, weekly, confirmedAt } = digest
  const { localDate } = input.plan
  const content: NoMatchesMessage = {
    localDate,
    since,
    dates,
    topics: topics.map(({ name }) => name),
    nearest: nearestTo(topics, input),
    weekly,
    format,
    lang: LANGUAGE,
    epoch,
    confirmedOn: dayOf(confirmedAt ?? input.times.datedAt),
  }
  const dedupe = `${subscriberId}:${localDate}`
  return { kind: 'note', dedupe, localDate, subscriberId, toAddress: address!, content, ...input.times }
}

/** Takes papers from the topics in turn, nearest first. */
function nearestTo(
  topics: readonly DigestTopic[],
  { plan, pool: { candidates } }: NoMatchesInput,
): NoMatchesMessage['nearest'] {
  const since = eligibleSince(plan.localDate, null)
  const matched = new Set(
    topics.flatMap(({ queryId }) => candidates.matches(queryId).map((docId) => candidates.papers[docId]!.id)),
  )
  const mayShow = ({ matches, paper: { id, firstDay } }: NearMiss) =>
    matches.length > 0 && id <= plan.maxPaperId && firstDay >= since && !matched.has(id)
  const readable = topics.filter(({ queryId }) => !candidates.unreadable.has(queryId))
  // Lazily: finding a topic's near misses takes longer than matching it.
  const near = readable.values().map(({ queryId }) => candidates.nearMisses(queryId).filter(mayShow))
  const byTopic = [...near.filter((papers) => papers.length > 0).take(MAX_NEAR_MISSES)]
  const interleaved = Array.from({ length: MAX_NEAR_MISSES }, (_, rank) =>
    byTopic.flatMap((all) => all[rank] ?? []),
  )
  const once = Map.groupBy(interleaved.flat(), ({ paper }) => paper)
  const first = [...once.values()].flatMap(([near]) => near ?? []).slice(0, MAX_NEAR_MISSES)
  return first.map(({ paper, gap }) => ({ title: plainText(paper.title), path: paperPathOf(paper), gap }))
}
