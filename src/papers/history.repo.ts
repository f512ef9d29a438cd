import type { DatabaseOrTransaction } from '../core/database/database.ts'
import type { Day } from '../core/dates.ts'

/** What of a paper may decide later than its first listing whether it matches. */
export interface PaperSnapshot {
  /** The most that any listing had; null where no source said. */
  votes: number | null
  /** The newest day on which it was listed as a newer version. */
  revisedDay: Day | null
}

/** Writes down how these papers stand now, where that is another way than it says last. Under the lock of ingests. */
export async function recordHistory(
  tx: DatabaseOrTransaction,
  { paperIds, now }: { paperIds: readonly number[]; now: Date },
): Promise<void> {
  await tx.$executeRaw`
    insert into paper_history (paper_id, votes, revised_on, at)
    select p.id, stands.votes, stands.revised_on, ${now} from unnest(${[...paperIds]}::int[]) as p(id)
    cross join lateral (
      select max(votes) as votes, max(day) filter (where kind = 'revised') as revised_on
      from listing where paper_id = p.id) stands
    left join lateral (
      select votes, revised_on from paper_history where paper_id = p.id order by id desc limit 1) stood on true
    where (stands.votes, stands.revised_on) is distinct from (stood.votes, stood.revised_on)
    order by p.id`
}

/**
 * The highest id of the history, 0 where there is none. Every lower id can be seen by then, and it never falls: the
 * last row of each paper stays. The sequence would count rows that nobody can see yet.
 */
export async function maxHistoryId(db: DatabaseOrTransaction): Promise<number> {
  const rows = await db.$queryRaw<{ highest: number }[]>`
    select coalesce(max(id), 0) as highest from paper_history`
  return rows[0]!.highest
}

/** How papers stood when the history ended at the id `upTo`; without those of which nothing was known. */
export async function snapshotsAt(
  db: DatabaseOrTransaction,
  { paperIds, upTo }: { paperIds: readonly number[]; upTo: number },
): Promise<Map<number, PaperSnapshot>> {
  const rows = await db.$queryRaw<(PaperSnapshot & { id: number })[]>`
    select paper_id as id, max(votes) as votes, to_char(max(revised_on), 'YYYY-MM-DD') as "revisedDay"
    from paper_history where paper_id = any(${[...paperIds]}::int[]) and id <= ${upTo} group by paper_id`
  return new Map(rows.map(({ id, ...snapshot }) => [id, snapshot]))
}

/** Takes away what papers moved on from before an instant: how each stood at that instant can still be told. */
export async function pruneHistoryBefore(db: DatabaseOrTransaction, before: Date): Promise<number> {
  return await db.$executeRaw`
    delete from paper_history h where at < ${before} and exists (
      select from paper_history later where later.paper_id = h.paper_id and later.id > h.id and later.at < ${before})`
}
