import type { DatabaseOrTransaction } from '../core/database/database.ts'
import type { Day } from '../core/dates.ts'
import { SELECT_PAPERS } from './paper.repo.ts'
import type { Paper } from './paper.ts'

/** The next papers after an id, in order of ids, without withdrawn ones. */
export const papersAfter = (
  db: DatabaseOrTransaction,
  { after, most }: { after: number; most: number },
): Promise<Paper[]> =>
  db.$queryRaw`${SELECT_PAPERS} where p.id > ${after} and withdrawn_at is null order by p.id limit ${most}::int`

/** The papers with a newer version listed on a day or later, without withdrawn ones. */
export const papersRevisedSince = (db: DatabaseOrTransaction, day: Day): Promise<Paper[]> =>
  db.$queryRaw`${SELECT_PAPERS} where withdrawn_at is null and p.id in (
    select paper_id from listing where kind = 'revised' and day >= ${day}::date) order by p.id`

/** When a paper or a listing last changed; null for an empty database. */
export async function lastChange(db: DatabaseOrTransaction): Promise<Date | null> {
  const [row] = await db.$queryRaw<{ at: Date | null }[]>`
    select greatest((select max(updated_at) from paper), (select max(updated_at) from listing)) as at`
  return row!.at
}

/** When one of these papers, or one of their listings, last changed; null if all of them are gone. */
export async function lastChangeOf(db: DatabaseOrTransaction, ids: readonly number[]): Promise<Date | null> {
  const [row] = await db.$queryRaw<{ at: Date | null }[]>`
    select greatest((select max(updated_at) from paper where id = any(${[...ids]}::int[])),
      (select max(updated_at) from listing where paper_id = any(${[...ids]}::int[]))) as at`
  return row!.at
}

export interface ChangedPapers {
  papers: Paper[]
  /** Ids of papers that were withdrawn or absorbed by another paper. */
  gone: number[]
}

/** The papers that changed at an instant or later, including changes of votes. */
export async function changesSince(db: DatabaseOrTransaction, since: Date): Promise<ChangedPapers> {
  const papers = await db.$queryRaw<Paper[]>`
    ${SELECT_PAPERS} where withdrawn_at is null and p.id in (
      select id from paper where updated_at >= ${since}
      union select paper_id from listing where updated_at >= ${since})
    order by p.id`
  const gone = await db.$queryRaw<{ id: number }[]>`
    select id from paper where withdrawn_at is not null and updated_at >= ${since}
    union all select value::int from paper_key where scheme = 'id'`
  return { papers, gone: gone.map(({ id }) => id) }
}
