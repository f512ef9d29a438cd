import type { Database } from '../../core/database/database.ts'
import type { Day, Weekday } from '../../core/dates.ts'
import { Prisma } from '../../generated/prisma/client.ts'
import type { MailDetail, MailFormat, SubscriberState, TopicText } from '../subscriber.ts'
import type { SuppressionReason } from '../suppression.repo.ts'

/** Everything about a subscriber that moves to another installation with them. */
export interface ExportedSubscriber {
  id: string
  address: string
  state: SubscriberState
  stateBefore: SubscriberState | null
  topics: TopicText[]
  hour: number
  zone: string
  days: Weekday[]
  confirmedAt: Date | null
  /** How they gave consent. */
  how: string | null
  maxPapers: number
  format: MailFormat
  detail: MailDetail
  pausedUntil: Day | null
  createdAt: Date
  unsubscribedAt: Date | null
  suppressedReason: SuppressionReason | null
  suppressedAt: Date | null
  epoch: number
}

export interface ExportPage {
  state?: SubscriberState
  /** created_at and id of the last row of the previous page. */
  after: { createdAt: Date; id: string } | null
  limit: number
}

/** The next page of subscribers who are not erased, oldest first. */
export async function subscribersToExport(
  db: Database,
  { state, after, limit }: ExportPage,
): Promise<ExportedSubscriber[]> {
  const beyond = after
    ? Prisma.sql`and (s.created_at, s.id) > (${after.createdAt}, ${after.id})`
    : Prisma.empty
  const only = state ? Prisma.sql`and s.state = ${state}::subscriber_state` : Prisma.empty
  return db.$queryRaw<ExportedSubscriber[]>`
    with page as materialized (
      select * from subscriber s where s.erased_at is null ${only} ${beyond}
      order by s.created_at, s.id limit ${limit})
    select s.id, s.address, s.state::text, s.state_before::text as "stateBefore", (
        select coalesce(json_agg(json_build_object('name', t.name, 'query', q.text) order by t.position), '[]')
        from topic t join query q on q.id = t.query_id where t.subscriber_id = s.id) as topics,
      s.hour, s.zone, s.days, s.confirmed_at as "confirmedAt", yes.how, s.max_papers as "maxPapers",
      s.format::text, s.detail::text, to_char(s.paused_until, 'YYYY-MM-DD') as "pausedUntil",
      s.created_at as "createdAt", (
        select c.at from consent c where c.subscriber_id = s.id and c.event = 'unsubscribed'
        order by c.id desc limit 1) as "unsubscribedAt",
      p.reason as "suppressedReason", p.at as "suppressedAt", s.epoch
    from page s
    left join suppression p on p.address_hash = s.address_hash and p.lifted_at is null
    left join lateral (
      select case
        when g.note is not null and c.how = 'import' then g.note
        when g.note is not null then c.how || ': ' || g.note
        else c.how end as how
      from consent c
      left join lateral (
        select g.request->>'note' as note from signup g
        where g.subscriber_id = s.id and g.created_at = c.at and g.request ? 'note' order by g.id desc limit 1) g on true
      where c.subscriber_id = s.id and c.event = 'confirmed'
      order by c.id desc limit 1) yes on true
    order by s.created_at, s.id`
}

export interface ExportedSuppression {
  addressHash: string
  reason: SuppressionReason
  at: Date
}

/** The next suppressed addresses, as hashes. */
export async function suppressionsToExport(
  db: Database,
  { after, most }: { after: string; most: number },
): Promise<ExportedSuppression[]> {
  return db.$queryRaw<ExportedSuppression[]>`
    select address_hash as "addressHash", reason, at from suppression
    where lifted_at is null and address_hash > ${after} order by address_hash limit ${most}`
}
