import type { DatabaseOrTransaction } from '../core/database/database.ts'
import type { BounceClass } from './reading/parsed-bounce.ts'

/** In display order: classes of failed deliveries first, then the others. */
export const BOUNCE_CLASSES = [
  'dead',
  'full',
  'policy',
  'ours',
  'temporary',
  'unknown',
  'complaint',
  'delayed',
  'auto-reply',
  'not-a-report',
  'unsubscribe',
] as const satisfies NewBounce['class'][]

/** One bounce: what arrived, about which message and subscriber, and what was done. */
export interface NewBounce {
  at: Date
  class: BounceClass
  status: string | null
  sure: boolean
  /** Without addresses. */
  answer: string
  domain: string | null
  foundBy: FoundBy | null
  messageId: string | null
  subscriberId: string | null
  done: BounceAction
}

/**
 * How the message was found: by the token in the envelope recipient, by the token in a field of the returned email, by
 * its Message-ID, or by the address that a provider names.
 */
export const FOUND_BY = ['token', 'field', 'message-id', 'maker'] as const
export type FoundBy = (typeof FOUND_BY)[number]

/**
 * What was done. dropped: deleted the unconfirmed sign-up. elsewhere: nothing, because the report names another
 * mailbox, to which the subscriber forwards email.
 */
export const BOUNCE_ACTIONS = [
  'suppressed',
  'paused',
  'unsubscribed',
  'dropped',
  'elsewhere',
  'nothing',
] as const
export type BounceAction = (typeof BOUNCE_ACTIONS)[number]

/** A bounced message that counts against an address. */
export interface CountedBounce {
  class: string
  at: Date
  sure: boolean
}

export interface CountedBouncesInput {
  subscriberId: string
  /** Earlier bounces say nothing about the subscriber's current address. */
  since: Date
  now: Date
  /** The message of the current bounce: two reports of one email count once. */
  messageId: string | null
}

const KEPT_IN_MIND_DAYS = 60
/** Longer than mail servers keep retrying (RFC 5321, 4.5.4.1): an email without a bounce by then was delivered. */
const ARRIVED_AFTER_DAYS = 5

/**
 * Bounces of a subscriber in class dead or full before `now`, one per message, oldest first. A bounce no longer counts
 * if a later email was accepted at least five days ago and did not bounce, or if the mailbox sent an automatic reply.
 */
export const countedBounces = (
  db: DatabaseOrTransaction,
  { subscriberId, since, now, messageId }: CountedBouncesInput,
): Promise<CountedBounce[]> => db.$queryRaw<CountedBounce[]>`
  with counted as (
    select distinct on (r.class, coalesce(r.message_id, r.at::date::text)) r.class, r.at, r.sure
    from returned r
    where r.subscriber_id = ${subscriberId} and r.class in ('dead', 'full') and r.done <> 'elsewhere'
      and r.message_id is distinct from ${messageId ?? 'none'}
      and r.at <= ${now} and r.at > ${since}
      and r.at > ${now}::timestamptz - make_interval(days => ${KEPT_IN_MIND_DAYS}::int)
      and not exists (
        select from returned w
        where w.subscriber_id = r.subscriber_id and w.class = 'auto-reply' and w.at > r.at and w.at <= ${now})
      and not exists (
        select from message m join acceptance a on a.message_id = m.id
        where m.subscriber_id = r.subscriber_id and a.at > r.at
          and a.at <= ${now}::timestamptz - make_interval(days => ${ARRIVED_AFTER_DAYS}::int)
          and not exists (
            select from returned b where b.message_id = m.id
              and b.class in ('dead', 'full', 'policy', 'ours', 'temporary', 'unknown')))
    order by r.class, coalesce(r.message_id, r.at::date::text), r.at
  )
  select * from counted order by at`

/** Whether an earlier report about that message, of the same class, led to one of these actions. */
export async function wasHandled(
  db: DatabaseOrTransaction,
  { messageId, class: kind, done }: { messageId: string | null; class: BounceClass; done: BounceAction[] },
): Promise<boolean> {
  if (messageId === null) return false
  return (await db.returned.count({ where: { messageId, class: kind, done: { in: done } } })) > 0
}

/** Removes server replies from a subscriber's bounces. */
export async function redactBounces(db: DatabaseOrTransaction, subscriberId: string): Promise<void> {
  await db.returned.updateMany({ where: { subscriberId }, data: { answer: '', domain: null } })
}
