import type { Database } from '../core/database/database.ts'
import { addDays, type Day } from '../core/dates.ts'
import { Prisma } from '../generated/prisma/client.ts'

// SQL by hand: reports for the pages of days, weeks and months.

// What sources listed as new or cross, for lists of papers. Withdrawn papers and newer versions are left out.

/** Both days are included. */
interface DayRange {
  from: Day
  to: Day
}

/** The papers of a range as `p`, each once, with the newest day on which one was listed as `listed.day`. */
const listedIn = ({ from, to }: DayRange): Prisma.Sql =>
  Prisma.sql`(
    select paper_id, max(day) as day from listing
    where day between ${from}::date and ${to}::date and kind <> 'revised' group by paper_id) listed
    join paper p on p.id = listed.paper_id and withdrawn_at is null`

/** Whether the paper of a listing is not withdrawn, from the index of those that are. */
const IS_SHOWN = Prisma.sql`not exists (
  select from paper where id = listing.paper_id and withdrawn_at is not null)`

/** The votes of each paper that was listed on a day; papers of sources without votes are left out. */
export const votesOfDay = (db: Database, day: Day): Promise<{ id: number; votes: number }[]> =>
  db.$queryRaw`
    select p.id, max(listing.votes) as votes
    from ${listedIn({ from: day, to: day })} join listing on listing.paper_id = p.id
    where listing.votes is not null group by p.id`

export type ListOrder = 'votes' | 'newest'

interface ListedPapers extends DayRange {
  /** Most votes first, or last listed first and then by date of publication. */
  order: ListOrder
  withCode?: boolean
  skip?: number
  take: number
}

export interface ListedPage {
  papers: number
  withCode: number
  /** The most votes of a paper, on any page; null without votes. */
  mostVotes: number | null
  ids: number[]
  /** The nearest days with papers before and after the range. */
  previous: Day | null
  next: Day | null
}

/** One page of the papers of a range, and how many there are on all pages, without the choice `withCode`. */
export async function listedPage(db: Database, asked: ListedPapers): Promise<ListedPage> {
  const { from, to, order, withCode = false, skip = 0, take } = asked
  const first =
    order === 'votes'
      ? Prisma.sql`(select max(votes) from listing where paper_id = shown.id) desc nulls last, id`
      : Prisma.sql`day desc, published_at desc nulls last, id desc`
  const rows = await db.$queryRaw<ListedPage[]>`
    with shown as materialized (select p.id, code_url, published_at, listed.day from ${listedIn(asked)})
    select count(*)::int as papers, count(code_url)::int as "withCode",
      (select max(votes) from listing where paper_id in (select id from shown)) as "mostVotes",
      array(select id from shown where code_url is not null or not ${withCode}
        order by ${first} limit ${take}::int offset ${skip}::int) as ids,
      (select to_char(day, 'YYYY-MM-DD') from listing
        where day < ${from}::date and kind <> 'revised' and ${IS_SHOWN} order by listing.day desc limit 1) as previous,
      (select to_char(day, 'YYYY-MM-DD') from listing
        where day > ${to}::date and kind <> 'revised' and ${IS_SHOWN} order by listing.day limit 1) as next
    from shown`
  return rows[0]!
}

export interface DayCount {
  day: Day
  papers: number
}

interface RangeSummary {
  /** The papers of each day from `daysFrom` on; days without papers are left out. */
  days: DayCount[]
  /** The ids of the papers of the range, most votes first. */
  ids: number[]
  /** The ids of the papers listed from `topFrom` on with the most votes. */
  top: number[]
}

/** What a page shows beside the papers of a range. */
export async function summaryOfRange(
  db: Database,
  range: DayRange & { daysFrom: Day; topFrom: Day; most: number; top: number },
): Promise<RangeSummary> {
  const rows = await db.$queryRaw<RangeSummary[]>`
    select
      (select coalesce(jsonb_agg(counted), '[]') from (
        select to_char(day, 'YYYY-MM-DD') as day, count(distinct paper_id) as papers from listing
        where day between ${range.daysFrom}::date and ${range.to}::date and kind <> 'revised' and ${IS_SHOWN}
        group by listing.day) counted) as days,
      array(select p.id from ${listedIn(range)}
        order by (select max(votes) from listing where paper_id = p.id) desc nulls last, p.id
        limit ${range.most}::int) as ids,
      array(select paper_id from listing
        where day between ${range.topFrom}::date and ${range.to}::date and kind <> 'revised' and ${IS_SHOWN}
        group by paper_id
        order by (select max(votes) from listing every where every.paper_id = listing.paper_id) desc nulls last, paper_id
        limit ${range.top}::int) as top`
  return rows[0]!
}

/** The newest day with papers, up to and including a day. */
export async function newestDayWithPapers(db: Database, { upTo }: { upTo: Day }): Promise<Day | null> {
  const after = addDays(upTo, 1)
  return (await listedPage(db, { from: after, to: after, order: 'newest', take: 0 })).previous
}

interface TrendingQuery {
  /** Votes gained before this day do not count. */
  since: Day
  limit: number
}

export interface Gain {
  id: number
  withCode: boolean
  /** The votes gained since the day, at least 1. */
  gained: number
}

/**
 * Papers by votes gained since a day: see docs/trending.md. A gain is what a count adds to the highest count before it.
 * A paper's first count is a gain of the first day that lists it with votes.
 */
export const trendingIds = (db: Database, { since, limit }: TrendingQuery): Promise<Gain[]> =>
  db.$queryRaw`
    with gains as (
      select p.id, code_url is not null as "withCode", h.votes - coalesce(max(h.votes) over earlier, 0) as votes,
        case when max(h.votes) over earlier is not null then h.at
          else (select min(day) from listing where paper_id = p.id and votes is not null)::timestamp at time zone 'utc' end as at
      from paper_history h join paper p on p.id = h.paper_id
      where p.id in (select paper_id from paper_history where at >= ${since}::date at time zone 'utc')
        and withdrawn_at is null and exists (select from listing where paper_id = p.id and kind <> 'revised')
      window earlier as (partition by p.id order by h.id rows between unbounded preceding and 1 preceding))
    select id, "withCode", sum(votes)::int as gained from gains
    where votes > 0 and at >= ${since}::date at time zone 'utc'
    group by id, "withCode" order by gained desc, id desc
    limit ${limit}::int`
