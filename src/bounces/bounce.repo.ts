import type { Database } from '../core/database/database.ts'
import type { Bounce as BounceRow } from '../generated/prisma/client.ts'
import type { BounceClass } from './reading/parsed-bounce.ts'

// SQL by hand: reports.

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

/** One bounce: what arrived, about which message and subscriber, and its effect. */
export interface NewBounce extends Omit<BounceRow, 'reportId' | 'n' | 'class' | 'foundBy' | 'effect'> {
  class: BounceClass
  foundBy: FoundBy | null
  effect: BounceEffect
}

/**
 * How the message was found: by the token in the envelope recipient, by the token in a field of the returned email, by
 * its Message-ID, or by the address that a provider names.
 */
export const FOUND_BY = ['token', 'field', 'message-id', 'provider'] as const
export type FoundBy = (typeof FOUND_BY)[number]

/**
 * What the bounce led to. dropped: deleted the unconfirmed sign-up. elsewhere: nothing, because the report names another
 * mailbox, to which the subscriber forwards email.
 */
export const BOUNCE_EFFECTS = [
  'suppressed',
  'paused',
  'unsubscribed',
  'dropped',
  'elsewhere',
  'nothing',
] as const
export type BounceEffect = (typeof BOUNCE_EFFECTS)[number]

export type CountedBounce = Pick<BounceRow, 'class' | 'at' | 'sure'>

interface CountedBouncesInput {
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
  db: Database,
  { subscriberId, since, now, messageId }: CountedBouncesInput,
): Promise<CountedBounce[]> => db.$queryRaw<CountedBounce[]>`
  with counted as (
    select distinct on (b.class, coalesce(b.message_id, b.at::date::text)) b.class, b.at, b.sure
    from bounce b
    where b.subscriber_id = ${subscriberId} and b.class in ('dead', 'full') and b.effect <> 'elsewhere'
      and b.message_id is distinct from ${messageId ?? 'none'}
      and b.at <= ${now} and b.at > ${since}
      and b.at > ${now}::timestamptz - make_interval(days => ${KEPT_IN_MIND_DAYS}::int)
      and not exists (
        select from bounce later
        where later.subscriber_id = b.subscriber_id and later.class = 'auto-reply'
          and later.at > b.at and later.at <= ${now})
      and not exists (
        select from message m join acceptance a on a.message_id = m.id and a.local_date = m.local_date
        where m.subscriber_id = b.subscriber_id and a.at > b.at
          and a.at <= ${now}::timestamptz - make_interval(days => ${ARRIVED_AFTER_DAYS}::int)
          and not exists (
            select from bounce later where later.message_id = m.id
              and later.class in ('dead', 'full', 'policy', 'ours', 'temporary', 'unknown')))
    order by b.class, coalesce(b.message_id, b.at::date::text), b.at
  )
  select * from counted order by at`

/** Whether an earlier report about that message, of the same class, led to one of these actions. */
export async function wasHandled(
  db: Database,
  { effects, ...bounce }: Pick<NewBounce, 'messageId' | 'class'> & { effects: BounceEffect[] },
): Promise<boolean> {
  if (bounce.messageId === null) return false
  return (await db.bounce.count({ where: { ...bounce, effect: { in: effects } } })) > 0
}

export async function redactBounces(db: Database, subscriberId: string): Promise<void> {
  await db.bounce.updateMany({ where: { subscriberId }, data: { reply: '', domain: null } })
}

/**
 * The share of email to a domain that bounced since an instant because of the domain's policy or a problem on our side.
 * `people` have a bounce: one person who forges reports counts once. `mails` were accepted by our server for the domain;
 * counting stops once the number is large enough.
 */
export async function bounceShareOfDomain(
  db: Database,
  { domain, from, mailsFrom, perCent }: { domain: string; from: Date; mailsFrom: Date; perCent: number },
) {
  const [bounced] = await db.$queryRaw<[{ people: number; reply: string | null }]>`
    select count(distinct b.subscriber_id)::int as people, (array_agg(b.reply order by b.at desc))[1] as reply
    from bounce b
    where b.domain = ${domain} and b.at > ${from} and b.class in ('policy', 'ours') and b.message_id is not null`
  const { people, reply } = bounced
  const most = Math.ceil((people * 100) / perCent) + 1
  const [sent] = await db.$queryRaw<[{ mails: number }]>`
    select count(*)::int as mails from (
      select from acceptance a join message m on m.id = a.message_id and m.local_date = a.local_date
      where a.at >= ${mailsFrom} and lower(split_part(m.to_address, '@', 2)) = ${domain}
      order by a.at desc limit ${most}) taken`
  return { people, reply: reply ?? '', mails: sent.mails }
}
