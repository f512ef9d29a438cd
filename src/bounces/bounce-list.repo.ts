import type { Database } from '../core/database/database.ts'
import { Prisma } from '../generated/prisma/client.ts'
import type { NewBounce } from './bounce.repo.ts'
import type { Channel } from './report.repo.ts'

// SQL by hand: reports over bounces and their messages.

export interface ListedBounce extends NewBounce {
  reportId: number
  n: number
  channel: Channel
  /** False if the report was unreadable. */
  isRead: boolean
  /** Kind of the message; null if there is no message or it was deleted. */
  kind: string | null
}

export type BounceCursor = Pick<ListedBounce, 'at' | 'reportId' | 'n'>

export interface BounceFilter {
  class?: string
  domain?: string
  /** At this instant or later. */
  from?: Date
}

const FIELDS = Prisma.sql`
  b.report_id as "reportId", b.n, b.at, b.class, b.status, b.sure, b.reply, b.domain, b.found_by as "foundBy",
  b.message_id as "messageId", b.subscriber_id as "subscriberId", b.effect, r.channel, r.state = 'read' as "isRead",
  (select m.kind from message m where m.id = b.message_id) as kind
  from bounce b join report r on r.id = b.report_id`

/** All bounces of these messages, oldest first. */
export const bouncesOfMessages = (
  db: Database,
  ids: readonly string[],
): Promise<ListedBounce[]> => db.$queryRaw<ListedBounce[]>`
  select ${FIELDS} where b.message_id = any(${[...ids]}) order by b.at, b.report_id, b.n`

/** All bounces of a subscriber, oldest first. */
export const bouncesOfSubscriber = (
  db: Database,
  subscriberId: string,
): Promise<ListedBounce[]> => db.$queryRaw<ListedBounce[]>`
  select ${FIELDS} where b.subscriber_id = ${subscriberId} order by b.at, b.report_id, b.n`

/** Up to `most` bounces, newest first. The filter narrows the list; `after` continues from a position. */
export const newestBounces = (
  db: Database,
  { class: kind, domain, from, after, most }: BounceFilter & { after?: BounceCursor; most: number },
): Promise<ListedBounce[]> => db.$queryRaw<ListedBounce[]>`
  select ${FIELDS}
  where (${kind ?? null}::text is null or b.class = ${kind ?? null})
    and (${domain ?? null}::text is null or b.domain = ${domain ?? null})
    and (${from ?? null}::timestamptz is null or b.at >= ${from ?? null})
    and (${after?.at ?? null}::timestamptz is null
      or (b.at, -b.report_id, -b.n) < (${after?.at ?? null}, -${after?.reportId ?? 0}::int, -${after?.n ?? 0}::int))
  order by b.at desc, b.report_id, b.n limit ${most}`

export interface BounceClassCount {
  class: string
  count: number
}

interface Span {
  from: Date
  before: Date
}

/** Number of bounces per class in a half-open interval (start included), largest first. */
export async function countBounces(db: Database, { from, before }: Span): Promise<BounceClassCount[]> {
  const rows = await db.bounce.groupBy({
    by: 'class',
    where: { at: { gte: from, lt: before } },
    _count: true,
    orderBy: [{ _count: { class: 'desc' } }, { class: 'asc' }],
  })
  return rows.map(({ class: kind, _count: count }) => ({ class: kind, count }))
}

export type BounceDomainCount = BounceClassCount & { domain: string }

/** Number of bounces per domain and class, for the domains with the most bounces. */
export const countBouncesByDomain = (
  db: Database,
  { from, before, domains }: Span & { domains: number },
): Promise<BounceDomainCount[]> => db.$queryRaw<BounceDomainCount[]>`
  with biggest as (
    select domain, count(*) as all_of_it from bounce
    where at >= ${from} and at < ${before} and domain is not null
    group by 1 order by 2 desc, 1 limit ${domains}
  )
  select domain, class, count(*)::int as count from bounce join biggest using (domain)
  where at >= ${from} and at < ${before}
  group by 1, 2, all_of_it order by all_of_it desc, 1, 3 desc, 2`

/** Number of bounces per day (UTC) and class. */
export const countBouncesByDay = (
  db: Database,
  { from, before }: Span,
): Promise<(BounceClassCount & { day: string })[]> =>
  db.$queryRaw`
  select to_char(at at time zone 'utc', 'YYYY-MM-DD') as day, class, count(*)::int as count
  from bounce where at >= ${from} and at < ${before} group by 1, 2`
