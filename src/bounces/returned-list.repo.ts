import type { DatabaseOrTransaction } from '../core/database/database.ts'
import { Prisma } from '../generated/prisma/client.ts'
import type { Way } from './report.repo.ts'
import type { NewReturned } from './returned.repo.ts'

/** A return as the operator sees it. */
export interface ListedReturn extends NewReturned {
  reportId: number
  n: number
  /** How its report came in. */
  way: Way
  /** The report could be read. */
  isRead: boolean
  /** Of its message; null where there is none, or it is not kept any more. */
  kind: string | null
}

/** A place in the list. */
export type ReturnPlace = Pick<ListedReturn, 'at' | 'reportId' | 'n'>

export interface ReturnFilter {
  class?: string
  domain?: string
  /** Came at this instant or later. */
  from?: Date
}

const FIELDS = Prisma.sql`
  r.report_id as "reportId", r.n, r.at, r.class, r.status, r.sure, r.answer, r.domain, r.found_by as "foundBy",
  r.message_id as "messageId", r.subscriber_id as "subscriberId", r.done, p.way, p.state = 'read' as "isRead",
  (select m.kind from message m where m.id = r.message_id) as kind
  from returned r join report p on p.id = r.report_id`

/** What came back for any of those messages, oldest first. */
export const returnsOfMessages = (
  db: DatabaseOrTransaction,
  ids: readonly string[],
): Promise<ListedReturn[]> => db.$queryRaw<ListedReturn[]>`
  select ${FIELDS} where r.message_id = any(${[...ids]}) order by r.at, r.report_id, r.n`

/** What came back for a subscriber, oldest first. */
export const returnsOfSubscriber = (
  db: DatabaseOrTransaction,
  subscriberId: string,
): Promise<ListedReturn[]> => db.$queryRaw<ListedReturn[]>`
  select ${FIELDS} where r.subscriber_id = ${subscriberId} order by r.at, r.report_id, r.n`

/** Newest first, at most `most`; a filter narrows, `after` goes on from a place. */
export const newestReturns = (
  db: DatabaseOrTransaction,
  { class: kind, domain, from, after, most }: ReturnFilter & { after?: ReturnPlace; most: number },
): Promise<ListedReturn[]> => db.$queryRaw<ListedReturn[]>`
  select ${FIELDS}
  where (${kind ?? null}::text is null or r.class = ${kind ?? null})
    and (${domain ?? null}::text is null or r.domain = ${domain ?? null})
    and (${from ?? null}::timestamptz is null or r.at >= ${from ?? null})
    and (${after?.at ?? null}::timestamptz is null
      or (r.at, -r.report_id, -r.n) < (${after?.at ?? null}, -${after?.reportId ?? 0}::int, -${after?.n ?? 0}::int))
  order by r.at desc, r.report_id, r.n limit ${most}`

export interface ClassCount {
  class: string
  count: number
}

interface Span {
  from: Date
  before: Date
}

/** How many came from one instant on and before another, by class; the most first. */
export const countReturns = (db: DatabaseOrTransaction, { from, before }: Span): Promise<ClassCount[]> =>
  db.$queryRaw<ClassCount[]>`
  select class, count(*)::int as count from returned where at >= ${from} and at < ${before}
  group by 1 order by 2 desc, 1`

export interface DomainCount extends ClassCount {
  domain: string
}

/** The same by domain and class, for the domains with the most. */
export const countReturnsByDomain = (
  db: DatabaseOrTransaction,
  { from, before, domains }: Span & { domains: number },
): Promise<DomainCount[]> => db.$queryRaw<DomainCount[]>`
  with biggest as (
    select domain, count(*) as all_of_it from returned
    where at >= ${from} and at < ${before} and domain is not null
    group by 1 order by 2 desc, 1 limit ${domains}
  )
  select domain, class, count(*)::int as count from returned join biggest using (domain)
  where at >= ${from} and at < ${before}
  group by 1, 2, all_of_it order by all_of_it desc, 1, 3 desc, 2`

export interface DayCount extends ClassCount {
  /** UTC. */
  day: string
}

/** How many came on each day (UTC), by class. */
export const countReturnsByDay = (db: DatabaseOrTransaction, { from, before }: Span): Promise<DayCount[]> =>
  db.$queryRaw<DayCount[]>`
  select to_char(at at time zone 'utc', 'YYYY-MM-DD') as day, class, count(*)::int as count
  from returned where at >= ${from} and at < ${before} group by 1, 2`
