import type { Database } from '../core/database/database.ts'
import type { Day } from '../core/dates.ts'

/** The facts that can make a paper match later than its first listing. */
export interface PaperSnapshot {
  /** The highest count of all listings; null if no source has votes. */
  votes: number | null
  /** The newest day on which it was listed as a newer version. */
  revisedDay: Day | null
}

/** A bulk write: records snapshots of these papers that differ from their last ones. Call it under the ingest lock. */
export async function recordHistory(
  tx: Database,
  { paperIds, now }: { paperIds: readonly number[]; now: Date },
): Promise<void> {
  await tx.$executeRaw`
    insert into paper_history (paper_id, votes, revised_on, at)
    select p.id, current.votes, current.revised_on, ${now} from unnest(${[...paperIds]}::int[]) as p(id)
    cross join lateral (
      select max(votes) as votes, max(day) filter (where kind = 'revised') as revised_on
      from listing where paper_id = p.id) current
    left join lateral (
      select votes, revised_on from paper_history where paper_id = p.id order by id desc limit 1) previous on true
    where (current.votes, current.revised_on) is distinct from (previous.votes, previous.revised_on)
    order by p.id`
}

/**
 * The highest id of the history, 0 if it is empty. All lower ids are visible by then. It never decreases, as the last
 * row of each paper stays. The sequence would include rows that are not committed yet.
 */
export async function maxHistoryId(db: Database): Promise<number> {
  const last = await db.paperHistory.findFirst({ orderBy: { id: 'desc' }, select: { id: true } })
  return last?.id ?? 0
}

/** A report: the snapshots of papers when the history ended at the id `upTo`, without papers that had none. */
export async function snapshotsAt(
  db: Database,
  { paperIds, upTo }: { paperIds: readonly number[]; upTo: number },
): Promise<Map<number, PaperSnapshot>> {
  const rows = await db.$queryRaw<(PaperSnapshot & { id: number })[]>`
    select paper_id as id, max(votes) as votes, to_char(max(revised_on), 'YYYY-MM-DD') as "revisedDay"
    from paper_history where paper_id = any(${[...paperIds]}::int[]) and id <= ${upTo} group by paper_id`
  return new Map(rows.map(({ id, ...snapshot }) => [id, snapshot]))
}

/** A bulk write: deletes snapshots that were replaced before an instant. Each paper's snapshot at it remains. */
export async function pruneHistoryBefore(db: Database, before: Date): Promise<number> {
  return await db.$executeRaw`
    delete from paper_history h where at < ${before} and exists (
      select from paper_history later where later.paper_id = h.paper_id and later.id > h.id and later.at < ${before})`
}
