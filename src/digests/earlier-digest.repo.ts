import type { Database } from '../core/database/database.ts'
import { addDays, type Day, dayOf, midnight } from '../core/dates.ts'
import { Prisma } from '../generated/prisma/client.ts'
import type { EarlierDigest } from './eligible-range.ts'
import { ELSEWHERE } from './read-elsewhere.ts'

// SQL by hand: reports.

/** SQL: the digest of message m counts, which may not exist: it did not end unaccepted, or is read elsewhere. */
const digestCounts = Prisma.sql`(
  m.state is null or m.state not in ('gave_up', 'skipped', 'refused') or m.reason = ${ELSEWHERE})`

type EarlierRow = Omit<EarlierDigest, 'bestDay'> & { subscriberId: string; bestDay: Date | null }

/**
 * The earlier digests of these subscribers: those that considered paper ids from `lowest` on, and those of dates from
 * `since` on, which may have shown a paper under another id. A digest counts unless its message ended unaccepted, but
 * also if it is read elsewhere; an uncertain one stays uncertain once its deadline has passed. A welcome counts with the
 * papers that it showed.
 */
export async function earlierDigests(
  db: Database,
  { subscriberIds, lowest, since, now }: { subscriberIds: string[]; lowest: number; since: Day; now: Date },
): Promise<Map<string, EarlierDigest[]>> {
  // The papers of a welcome are up to 14 days old when it is composed.
  const welcomedSince = midnight(addDays(since, -14))
  // If a paper was merged into another one, its id maps to that paper.
  const rows = await db.$queryRaw<EarlierRow[]>`
    select d.subscriber_id as "subscriberId", d.from_paper as "fromPaper", d.to_paper as "toPaper",
      array(select coalesce(k.paper_id, p.id) from unnest(d.papers) as p(id)
            left join paper_key k on k.scheme = 'id' and k.value = p.id::text) as papers,
      d.best_day as "bestDay",
      coalesce(m.state = 'accepted' or (m.state = 'uncertain' and m.deadline <= ${now})
        or m.reason is not distinct from ${ELSEWHERE}, true) as settled
    from digest d left join message m on m.digest_id = d.id and m.local_date = d.local_date
    where d.subscriber_id = any(${subscriberIds}) and d.to_paper is not null
      and (d.to_paper >= ${lowest} or d.local_date >= ${since}::date)
      and ${digestCounts}
    union all
    select w.subscriber_id, 0, 0,
      array(select coalesce(k.paper_id, p.id::int) from jsonb_array_elements_text(w.content -> 'papers') as p(id)
            left join paper_key k on k.scheme = 'id' and k.value = p.id),
      null, true
    from subscriber s join message w on w.subscriber_id = s.id
    where s.id = any(${subscriberIds}) and s.confirmed_at >= ${welcomedSince}
      and w.kind = 'welcome' and w.dated_at >= ${welcomedSince} and w.content is not null
      and w.state not in ('gave_up', 'skipped', 'refused')`
  const digests = rows.map(({ bestDay, ...row }) => ({ ...row, bestDay: bestDay && dayOf(bestDay) }))
  return Map.groupBy(digests, ({ subscriberId }) => subscriberId)
}

/** The state of the papers' history at a subscriber's last digest that counts. */
export interface HistoryPoint {
  /** The highest id of the papers' history; if there is no such digest, of when the subscriber was added. */
  history: number
  /** The digest's date; null if there is none. */
  localDate: Day | null
}

/**
 * The last history points of these subscribers. If a digest from `since` on ended unaccepted, the next one repeats what
 * only that digest showed: then the digest before it counts.
 */
export async function lastHistoryPoints(
  db: Database,
  { recipients, since }: { recipients: { id: string; here: Date | null }[]; since: Day },
): Promise<Map<string, HistoryPoint>> {
  const rows = await db.$queryRaw<(HistoryPoint & { subscriberId: string })[]>`
    select s.id as "subscriberId", to_char(last.local_date, 'YYYY-MM-DD') as "localDate",
      coalesce(last.to_history, (
        select h.id from paper_history h where h.at <= coalesce(last.created_at, s.here)
        order by h.at desc, h.id desc limit 1), 0) as history
    from jsonb_to_recordset(${JSON.stringify(recipients)}::jsonb) as s(id text, here timestamptz)
    left join lateral (
      select d.to_history, d.created_at, d.local_date
      from digest d left join message m on m.digest_id = d.id and m.local_date = d.local_date
      where d.subscriber_id = s.id and d.to_paper is not null
        and ${digestCounts}
        and d.local_date < coalesce((
          select min(u.local_date) from digest u
          join message um on um.digest_id = u.id and um.local_date = u.local_date
          where u.subscriber_id = s.id and um.subscriber_id = s.id and u.local_date >= ${since}::date
            and um.state in ('gave_up', 'skipped', 'refused') and um.reason is distinct from ${ELSEWHERE}), 'infinity')
      order by d.local_date desc limit 1) last on true`
  return new Map(rows.map(({ subscriberId, ...look }) => [subscriberId, look]))
}

/**
 * Which of these papers the subscribers were shown in digests of local dates from `since` on that count: for papers
 * that are older than those of `earlierDigests`.
 */
export async function papersShownTo(
  db: Database,
  { subscriberIds, paperIds, since }: { subscriberIds: string[]; paperIds: number[]; since: Day },
): Promise<Map<string, number[]>> {
  if (subscriberIds.length === 0 || paperIds.length === 0) return new Map()
  const rows = await db.$queryRaw<{ subscriberId: string; paperId: number }[]>`
    select distinct d.subscriber_id as "subscriberId", coalesce(k.paper_id, p.id) as "paperId"
    from digest d left join message m on m.digest_id = d.id and m.local_date = d.local_date
    cross join lateral unnest(d.papers) as p(id)
    left join paper_key k on k.scheme = 'id' and k.value = p.id::text
    where d.subscriber_id = any(${subscriberIds}) and d.local_date >= ${since}::date
      and ${digestCounts}
      and coalesce(k.paper_id, p.id) = any(${paperIds})`
  const shown = Map.groupBy(rows, ({ subscriberId }) => subscriberId)
  return new Map([...shown].map(([id, papers]) => [id, papers.map(({ paperId }) => paperId)]))
}

/** What the digests of some days had together. */
export interface EmailedWeek {
  emails: number
  /** Those that matched, shown or not. Papers that only come close do not count. */
  papers: number
}

/** The digests of local dates from `from` to before `before` that these subscribers were sent. */
export async function emailedWeeks(
  db: Database,
  { subscriberIds, from, before }: { subscriberIds: string[]; from: Day; before: Day },
): Promise<(EmailedWeek & { subscriberId: string })[]> {
  if (subscriberIds.length === 0) return []
  return db.$queryRaw<(EmailedWeek & { subscriberId: string })[]>`
    select d.subscriber_id as "subscriberId", count(*)::int as emails, sum(d.matched)::int as papers
    from digest d join message m on m.digest_id = d.id and m.local_date = d.local_date
    where d.subscriber_id = any(${subscriberIds}) and m.state in ('accepted', 'uncertain')
      and d.local_date >= ${from}::date and d.local_date < ${before}::date
    group by d.subscriber_id`
}
