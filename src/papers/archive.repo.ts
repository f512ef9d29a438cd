import type { DatabaseOrTransaction } from '../core/database/database.ts'
import type { Day } from '../core/dates.ts'
import { SELECT_PAPERS } from './paper.repo.ts'
import type { Paper } from './paper.ts'

/** The next papers after a number, in order of their numbers; without withdrawn ones. */
export const papersAfter = (
  db: DatabaseOrTransaction,
  { after, most }: { after: number; most: number },
): Promise<Paper[]> =>
  db.$queryRaw`${SELECT_PAPERS} where p.id > ${after} and withdrawn_at is null order by p.id limit ${most}::int`

/** The papers of which a newer version was listed on a day or later; without withdrawn ones. */
export const papersRevisedSince = (db: DatabaseOrTransaction, day: Day): Promise<Paper[]> =>
  db.$queryRaw`${SELECT_PAPERS} where withdrawn_at is null and p.id in (
    select paper_id from listing where kind = 'revised' and day >= ${day}::date) order by p.id`

/** When anything of a paper or a listing last changed; null where there is none. */
export async function lastChange(db: DatabaseOrTransaction): Promise<Date | null> {
  const [row] = await db.$queryRaw<{ at: Date | null }[]>`
    select greatest((select max(updated_at) from paper), (select max(updated_at) from listing)) as at`
  return row!.at
}

/** When anything of some papers, or of their listings, last changed; null where there are none. */
export async function lastChangeOf(db: DatabaseOrTransaction, ids: readonly number[]): Promise<Date | null> {
  const [row] = await db.$queryRaw<{ at: Date | null }[]>`
    select greatest((select max(updated_at) from paper where id = any(${[...ids]}::int[])),
      (select max(updated_at) from listing where paper_id = any(${[...ids]}::int[]))) as at`
  return row!.at
}

export interface ChangedPapers {
  papers: Paper[]
  /** Numbers of papers that were withdrawn, or turned out to be another one. */
  gone: number[]
}

/** The papers of which anything changed at an instant or later, votes included. */
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
