import type { Database } from '../../core/database/database.ts'
import { Prisma, type Suppression } from '../../generated/prisma/client.ts'
import type { SubscriberState, TopicText } from '../../subscribers/subscriber.ts'
import type { SubscriberColumn } from './subscriber-columns.ts'

// SQL by hand: reports.

type Cell = string | number | string[] | Date | null

/** Everything about a subscriber that moves to another installation with them, under the names of the file. */
export type ExportedSubscriber = Record<Exclude<SubscriberColumn, 'topics'>, Cell> & {
  topics: TopicText[]
  id: string
  created_at: Date
}

interface ExportPage {
  state?: SubscriberState
  /** The last row of the previous page. */
  after?: Pick<ExportedSubscriber, 'created_at' | 'id'>
  limit: number
}

/** The next page of subscribers who are not erased, oldest first. */
export async function subscribersToExport(
  db: Database,
  { state, after, limit }: ExportPage,
): Promise<ExportedSubscriber[]> {
  const beyond = after
    ? Prisma.sql`and (s.created_at, s.id) > (${after.created_at}, ${after.id})`
    : Prisma.empty
  const only = state ? Prisma.sql`and s.state = ${state}::subscriber_state` : Prisma.empty
  return db.$queryRaw<ExportedSubscriber[]>`
    with page as materialized (
      select * from subscriber s where s.erased_at is null ${only} ${beyond}
      order by s.created_at, s.id limit ${limit})
    select s.address as email, s.state::text, (
        select coalesce(json_agg(json_build_object('name', t.name, 'query', q.text) order by t.position), '[]')
        from topic t join query q on q.id = t.query_id where t.subscriber_id = s.id) as topics,
      s.hour, s.zone, s.days, s.confirmed_at, yes.how as confirmed_how, s.max_papers as max, s.format::text,
      s.detail::text, s.related, to_char(s.paused_until, 'YYYY-MM-DD') as paused_until, s.created_at, (
        select c.at from consent c where c.subscriber_id = s.id and c.event = 'unsubscribed'
        order by c.id desc limit 1) as unsubscribed_at,
      p.reason as suppressed_reason, p.at as suppressed_at, s.state_before::text, s.id, s.epoch
    from page s
    left join suppression p on p.address_hash = s.address_hash and p.lifted_at is null
    left join lateral (
      select case
        when c.how = 'import' then coalesce(s.confirmed_how, c.how)
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

export type ExportedSuppression = Suppression

/** The next suppressed addresses, as hashes. */
export const suppressionsToExport = (
  db: Database,
  { after, limit }: { after?: ExportedSuppression; limit: number },
) =>
  db.suppression.findMany({
    where: { liftedAt: null, addressHash: { gt: after?.addressHash } },
    orderBy: { addressHash: 'asc' },
    take: limit,
  })
